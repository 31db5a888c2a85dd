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
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from api.witness.app import create_app
from ledger.log.note import Vkey
from ledger.witness.cosigner import Clock
from ledger.witness.folder import WitnessFolder, make_folder, open_folder, policy_lines
from ledger.witness.store import KnownLog

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


def loopback(port: int = 0) -> socket.socket:
    """Return a socket on a port of this machine, by default a free one.

    Raises:
        OSError: the port is taken.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
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


@contextmanager
def resumed_witnesses(home: Path, clock: Clock = system_clock) -> Iterator[tuple[str, ...]]:
    """Run the witnesses below `home` again, each at its own address; yield their names.

    Raises:
        WitnessFolderError: a folder is damaged.
        OSError: an address is taken.
    """
    with ExitStack() as stack:
        names = []
        for path in sorted(home.glob("*/witness.json")):
            folder = open_folder(path.parent)
            listening = loopback(urlsplit(folder.url).port or 0)
            stack.enter_context(serving(create_app(folder, clock), listening))
            names.append(folder.keys[0].name)
        yield tuple(names)
