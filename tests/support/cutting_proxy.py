"""A proxy before PostgreSQL that breaks a connection around COMMIT, and counts how often it did."""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from threading import Thread
from typing import Final

COMMIT: Final = b"Q\x00\x00\x00\x0bCOMMIT\x00"
CUTS: Final = ("before", "after", "silent")
"""COMMIT is lost; its answer is lost; its answer never comes though the line stays open."""


@dataclass(slots=True)
class CuttingProxy:
    """Forwards to a port of this machine; `choose` says what happens to each COMMIT."""

    port: int
    choose: Callable[[], str | None]
    cuts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CUTS, 0))
    lines: list[socket.socket] = field(default_factory=list)
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def own_port(self) -> int:
        """Where it listens."""
        return int(self.listening.getsockname()[1])

    def __enter__(self) -> "CuttingProxy":
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def cut_all(self) -> None:
        """Break every connection."""
        for line in self.lines:
            _end(line)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.lines += [client, server]
                mute: list[bool] = []
                Thread(target=self._up, args=(client, server, mute), daemon=True).start()
                Thread(target=_down, args=(server, client, mute), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, mute: list[bool]) -> None:
        with suppress(OSError):
            while data := client.recv(65_536):
                cut = self.choose() if COMMIT in data else None
                if cut is None:
                    server.sendall(data)
                    continue
                self.cuts[cut] += 1
                if cut == "before":
                    break
                mute.append(True)
                server.sendall(data)
                if cut == "after":
                    # The server has the whole COMMIT; whether it is done with it nobody knows.
                    server.shutdown(socket.SHUT_WR)
                    break
        _end(client)
        if not mute:
            _end(server)


def _down(server: socket.socket, client: socket.socket, mute: list[bool]) -> None:
    with suppress(OSError):
        while data := server.recv(65_536):
            if not mute:
                client.sendall(data)
    _end(server)
    if not mute:
        _end(client)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def by_chance(random: Random, share: float, cuts: tuple[str, ...]) -> Callable[[], str | None]:
    """Cut that share of the COMMITs, in one of these ways."""
    return lambda: random.choice(cuts) if random.random() < share else None
