"""A proxy before PostgreSQL that can be cut: silent, deaf, slow, resetting or refusing.

What it forwards stays in order and whole until `mode` changes; then lines that are open already
suffer as new ones do. `struck` counts the connections that a mode has met.
"""

import socket
import struct
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Final

WHOLE: Final = "whole"
FAULTS: Final = ("silent", "deaf", "slow", "reset", "refuse")
"""Nothing passes; nothing comes back; a byte a second; the line breaks; nobody listens."""

_TICK_S: Final = 0.02
_SLOW_S: Final = 1.0


@dataclass(slots=True, eq=False)
class PartitionProxy:
    """Forwards to a port of this machine, as `mode` lets it."""

    port: int
    mode: str = WHOLE
    struck: Counter[str] = field(default_factory=Counter)
    _listening: socket.socket = field(
        default_factory=lambda: socket.create_server(("127.0.0.1", 0))
    )
    _open: list[socket.socket] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def own_port(self) -> int:
        """Where it listens."""
        return int(self._listening.getsockname()[1])

    def __enter__(self) -> "PartitionProxy":
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.mode = "reset"
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._break_all()

    def cut(self, mode: str) -> None:
        """Begin a fault."""
        self.mode = mode
        if mode in ("reset", "refuse"):
            self.struck[mode] += self._break_all()

    def heal(self) -> None:
        """Let new lines pass; those that lost bytes are broken, as a router would after a while."""
        broken = self.mode in ("silent", "deaf")
        self.mode = WHOLE
        if broken:
            self._break_all()

    def _break_all(self) -> int:
        with self._lock:
            lines, self._open[:] = self._open[:], []
        for line in lines:
            _reset(line)
        return len(lines)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.mode in ("reset", "refuse"):
                    self.struck[self.mode] += 1
                    _reset(client)
                    continue
                server = socket.create_connection(("127.0.0.1", self.port))
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._open += [client, server]
                Thread(target=self._pump, args=(client, server, "up"), daemon=True).start()
                Thread(target=self._pump, args=(server, client, "down"), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, way: str) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._pass(data, target, way)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _pass(self, data: bytes, target: socket.socket, way: str) -> None:
        mode = self.mode
        if mode == WHOLE:
            target.sendall(data)
        elif mode == "slow":
            self.struck[mode] += 1
            for position in range(len(data)):
                if self.mode != mode:
                    target.sendall(data[position:])
                    return
                target.sendall(data[position : position + 1])
                _wait_while(self, mode, _SLOW_S)
        elif mode == "deaf" and way == "up":
            target.sendall(data)
        else:
            # Swallowed: whoever sent it believes that it is on its way.
            self.struck[mode] += 1


def _wait_while(proxy: PartitionProxy, mode: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while proxy.mode == mode and time.monotonic() < until:
        time.sleep(_TICK_S)


def _reset(line: socket.socket) -> None:
    """Break a line off, so that the other end is told at once."""
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        line.close()
