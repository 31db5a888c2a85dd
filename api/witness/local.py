"""Witnesses inside this process, on loopback: for the demonstration and for tests.

They are as strict as any, but being run by the log's own operator they witness nothing to anybody
else; the demonstration says so.
"""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from api.witness.app import create_app
from ledger.log.note import Vkey
from ledger.witness import Clock
from ledger.witness_folder import WitnessFolder, make_folder, policy_lines
from ledger.witness_store import KnownLog

START_S: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalWitness:
    """A witness that runs in a thread: its folder, and where it answers."""

    folder: WitnessFolder
    url: str

    @property
    def name(self) -> str:
        """The name of its keys, and of its group in a policy."""
        return self.folder.keys[0].name

    @property
    def policy_lines(self) -> tuple[str, ...]:
        """The lines for the policy of a log."""
        return policy_lines(self.folder.keys, self.url)


def system_clock() -> int:
    """Return this machine's time in POSIX seconds."""
    return int(time.time())


@contextmanager
def serving(app: ASGIApp, listening: socket.socket) -> Iterator[str]:
    """Serve an application on a bound socket in a thread; yield its address.

    Raises:
        TimeoutError: it does not start.
    """
    host, port = listening.getsockname()[:2]
    config = uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    ends = time.monotonic() + START_S
    while not server.started:
        if time.monotonic() > ends:
            raise TimeoutError("the service does not start")
        time.sleep(0.005)
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(START_S)


def loopback() -> socket.socket:
    """Return a socket on a free port of this machine."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


@contextmanager
def local_witnesses(
    home: Path,
    names: Sequence[str],
    log_vkeys: Sequence[Vkey],
    clock: Clock = system_clock,
) -> Iterator[tuple[LocalWitness, ...]]:
    """Make and run witnesses of one log, each in a folder of its own below `home`.

    Each has both cosigning keys and knows the log by all of `log_vkeys`, which share one name.
    """
    log = KnownLog(origin=log_vkeys[0].name, vkeys=tuple(log_vkeys))
    with ExitStack() as stack:
        started = []
        for name in names:
            listening = loopback()
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            folder = make_folder(home / name.replace("/", "-"), name=name, url=url)
            folder.store.add_log(log)
            stack.enter_context(serving(create_app(folder, clock), listening))
            started.append(LocalWitness(folder=folder, url=url))
        yield tuple(started)
