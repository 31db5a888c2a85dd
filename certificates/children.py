"""Asking children: a process that forks one for every request, and how long each is waited for.

What it runs is `certificates.verify_forker`. Here is its other end: a request goes to a child by a
connection of its own, and whatever becomes of the child, an answer comes back in time.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from contracts.values import Json

WALL_SECONDS: Final = 9.0
"""No answer is waited for longer, so that with everything around it ten seconds are enough."""

START_SECONDS: Final = 60.0
ANSWER_BYTES_MAX: Final = 1_000_000

_ROOT: Final = Path(__file__).resolve().parents[1]
_COMMAND: Final = ("-m", "certificates.verify_forker")
_KEPT: Final = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "XDG_CACHE_HOME")
_READ_BYTES: Final = 65_536


class ForkerError(Exception):
    """No child could be started, which says nothing about what was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a child answered, how it ended, and what it took.

    Attributes:
        found: What it answered; none if it ended before.
        code: Its exit code, or the signal that ended it, negative; none if nobody told in time.
        seconds: What it took of a processor.
        memory_kb: The most memory that it had.
    """

    found: dict[str, Json] | None = None
    code: int | None = None
    seconds: float = 0.0
    memory_kb: int = 0

    @property
    def is_late(self) -> bool:
        """Whether it was ended for being late, which a busy machine may be the cause of."""
        return self.code in (None, -signal.SIGALRM, -signal.SIGKILL)


class Forker:
    """Keeps a process that is ready to fork children, and asks them.

    Args:
        command: What the process runs, as arguments of Python.
    """

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        self._command = command
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> None:
        """Start it, if it does not run, and wait until it is ready."""
        with self._lock:
            self._running()

    def stop(self) -> None:
        """End it, and with it every child of its."""
        with self._lock:
            if self._control is not None and self._process is not None:
                self._control.close()
                self._process.wait(WALL_SECONDS)
            self._control = self._process = None

    def ask(self, request: Mapping[str, Json], data: bytes) -> Answer:
        """Let a child of its own answer one request.

        Raises:
            ForkerError: no child could be started.
        """
        asking, asked = socket.socketpair()
        answered, answering = socket.socketpair()
        with asking, answered:
            with asked, answering:
                self._send(asked, answering)
            until = time.monotonic() + WALL_SECONDS
            try:
                asking.settimeout(WALL_SECONDS)
                asking.sendall(json.dumps(request).encode() + b"\n" + data)
                asking.shutdown(socket.SHUT_WR)
            except OSError:
                # It ended before it had read everything; how, the answer tells.
                pass
            return _answer_of(_read(answered, until))

    def _send(self, asked: socket.socket, answering: socket.socket) -> None:
        with self._lock:
            for _ in range(2):
                control = self._running()
                try:
                    socket.send_fds(control, [b"."], [asked.fileno(), answering.fileno()])
                    return
                except OSError:
                    # It died since it was last asked: the second one is new.
                    self._abandon()
        raise ForkerError("it ended as soon as it was started")

    def _running(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._abandon()
        if self._control is None:
            self._control = self._started()
        return self._control

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, *self._command, str(theirs.fileno())],
                cwd=_ROOT,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                # Nothing that is typed at the registry's terminal is for it.
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        ours.settimeout(START_SECONDS)
        if not ours.recv(1):
            ours.close()
            self._abandon()
            raise ForkerError("it cannot be started")
        return ours

    def _abandon(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait(WALL_SECONDS)
        self._control = self._process = None


@cache
def forker() -> Forker:
    """Return the forker of this process."""
    one = Forker()
    atexit.register(one.stop)
    return one


def _read(answered: socket.socket, until: float) -> bytes:
    """Read until the forker has told of the child's end, or until it is too late for that."""
    content = bytearray()
    while len(content) <= ANSWER_BYTES_MAX:
        answered.settimeout(max(until - time.monotonic(), 0.001))
        try:
            part = answered.recv(_READ_BYTES)
        except TimeoutError:
            break
        if not part:
            return bytes(content)
        content += part
    return b""


def _answer_of(content: bytes) -> Answer:
    """Read what the child answered and what the forker told of it.

    A child that was taken over can answer what it likes; all that it can spoil is its own answer.
    """
    found, _, told = content.rpartition(b"\n")
    if not told:
        return Answer()
    end: dict[str, Any] = json.loads(told)
    return Answer(
        found=_object(found) if end["code"] == 0 else None,
        code=end["code"],
        seconds=end["seconds"],
        memory_kb=end["memory_kb"],
    )


def _object(content: bytes) -> dict[str, Json] | None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _environment() -> dict[str, str]:
    """Return what a child may know: neither passwords nor addresses of the registry's."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    python = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    # More threads would be copied as half of themselves.
    return {**kept, **python, "OPENBLAS_NUM_THREADS": "1"}
