"""PostgreSQL of our own for tests: thrown away afterwards, never the machine's.

A `Cluster` lies in a temporary folder, listens on the loopback only and dies with the process that
started it. Its default order of text is a human one (ICU), so a column that forgot COLLATE "C"
shows. Most tests need no disk, so `fsync` is off; a test about durability asks for it.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Any, Final

import psycopg

PREFIX: Final = "sinkledger-pg-"
SUPERUSER: Final = "postgres"
START_S: Final = 30
STOP_S: Final = 20
_STARTS: Final = 5
"""Another process may take the free port between our asking and our listening."""

_ALWAYS: Final = {
    "listen_addresses": "127.0.0.1",
    "log_checkpoints": "off",
    "lc_messages": "C",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "timezone": "UTC",
}
_numbers = count(1)


@dataclass(slots=True, kw_only=True, eq=False)
class Cluster:
    """A database server; `process` is its postmaster while it runs."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        return (self.folder / "log").read_text(errors="replace")

    def url(self, database: str = SUPERUSER, user: str = SUPERUSER) -> str:
        """Return the address of a database, as `SINKLEDGER_DATABASE_URL` takes it."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = SUPERUSER, **options: Any) -> psycopg.Connection[Any]:
        """Open a connection where every statement stands by itself."""
        options = {"autocommit": True, "connect_timeout": 10, **options}
        return psycopg.connect(self.url(database), **options)

    def execute(self, statement: str, database: str = SUPERUSER) -> list[tuple[Any, ...]]:
        """Run one statement as the superuser; return its rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create_database(self, template: str = "template1") -> str:
        """Create a database and return its name; a template must have no connections."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Lend a database of its own; yield its address."""
        name = self.create_database(template)
        try:
            yield self.url(name)
        finally:
            self.drop_database(name)

    def start(self) -> None:
        """Start the server, on the port it had, or on any free one the first time.

        Raises:
            RuntimeError: it does not come up; the text holds its log.
        """
        for _ in range(_STARTS):
            port = self.port or _free_port()
            if self._come_up(port):
                self.port = port
                return
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log}")

    def _come_up(self, port: int) -> bool:
        options = {**_ALWAYS, **self.settings, "unix_socket_directories": str(self.folder)}
        arguments = [f"-c{name}={value}" for name, value in options.items()]
        command = [*_as_user(), binary("postgres"), f"-D{self.data}", f"-p{port}", *arguments]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
            )
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(psycopg.OperationalError):
                psycopg.connect(
                    f"postgresql://{SUPERUSER}@127.0.0.1:{port}/postgres", connect_timeout=2
                ).close()
                return True
            time.sleep(0.02)
        self.kill()
        return False

    def stop(self) -> None:
        """Stop in order: what is committed is on disk, connections are ended."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End every process of the server at once, as a power cut of the machine would."""
        processes = self.processes()
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(STOP_S)
            self.process = None
        until = time.monotonic() + STOP_S
        while any(_is_alive(process) for process in processes) and time.monotonic() < until:
            time.sleep(0.005)

    def freeze(self) -> None:
        """Let every process of the server stand still, as a machine that hangs would."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        for process in reversed(self.processes()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def processes(self) -> list[int]:
        """Return the ids of the postmaster and of its children."""
        if self.process is None:
            return []
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [self.process.pid, *map(int, children.read_text().split())]
        except FileNotFoundError:
            return [self.process.pid]

    def promote(self) -> None:
        """Make a standby the primary; returns once it takes writes."""
        self.execute("SELECT pg_promote(true, 30)")

    def destroy(self) -> None:
        """End the server and remove everything that it left."""
        self.thaw()
        self._end(signal.SIGQUIT)
        _remove(self.folder)

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None


def binary(name: str) -> str:
    """Return the path of one of PostgreSQL's programs: of the newest version that is installed.

    Raises:
        RuntimeError: PostgreSQL is not installed.
    """
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4])
    )
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise RuntimeError(f"this machine lacks PostgreSQL's {name}: ./run setup installs it")
    return path


@contextmanager
def cluster(*, fsync: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Run a cluster of its own for the length of a `with`."""
    made = new_cluster(fsync=fsync, settings=settings)
    try:
        made.start()
        yield made
    finally:
        made.destroy()


def new_cluster(*, fsync: bool = False, settings: Mapping[str, str] | None = None) -> Cluster:
    """Make a cluster that is not started yet."""
    folder = new_folder()
    made = Cluster(folder=folder, settings={**_durability(fsync=fsync), **(settings or {})})
    options = ["--no-sync", "--data-checksums", "--auth=trust", f"--username={SUPERUSER}"]
    order = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=und"]
    run([binary("initdb"), f"--pgdata={made.data}", *options, *order])
    return made


def new_folder() -> Path:
    """Return a new folder that the server's user owns; sweep away those of dead processes."""
    for old in Path(gettempdir()).glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            _remove(old)
    folder = Path(mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam(SUPERUSER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def run(command: list[str]) -> None:
    """Run one of PostgreSQL's programs to its end, as the server's user.

    Raises:
        RuntimeError: it failed; the text says how.
    """
    done = subprocess.run([*_as_user(), *command], capture_output=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr.decode(errors='replace')}")


def _durability(*, fsync: bool) -> dict[str, str]:
    on = "on" if fsync else "off"
    return {"fsync": on, "full_page_writes": on}


def _as_user() -> list[str]:
    """Return the words before a command: root may not run a server, and none may outlive us."""
    words = ["setpriv", "--pdeathsig=QUIT"]
    if os.geteuid() == 0:
        user = pwd.getpwnam(SUPERUSER)
        words += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [*words, "--"]


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _remove(folder: Path) -> None:
    """Remove a cluster's folder, and the shared memory that a killed postmaster left."""
    with suppress(FileNotFoundError, IndexError):
        words = (folder / "data" / "postmaster.pid").read_text().splitlines()[6].split()
        subprocess.run(["ipcrm", "-m", words[1]], capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)
