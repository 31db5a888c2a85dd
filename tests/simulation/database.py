"""The database as a node sees it over a network: it may refuse, fall silent, or lose its power.

Behind it is one SQLite with the production schema, its files in memory. It behaves as PostgreSQL
does at READ COMMITTED: each statement reads what is committed by then, a transaction that begins
waits for the head's lock, and what it writes shows at its commit. Nodes take turns between their
statements.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from ledger.database.tables import VAULT
from tests.simulation.chance import Chance
from tests.simulation.hub import Crash, Hub, Task

MAIN, PRIVATE = "ledger.db", "vault.db"
WAIT_US = 200
LOCK_US_MAX = 4_000_000


@dataclass(frozen=True, slots=True)
class Guards:
    """What keeps two writers apart; a saboteur takes some away."""

    lock: bool = True
    fsync: bool = True


class Database:
    """One server; what is committed lies in files, as far as the disk is honest."""

    def __init__(self, hub: Hub, chance: Chance, folder: Path, guards: Guards) -> None:
        self.hub, self.chance, self.guards, self.folder = hub, chance, guards, folder
        self.era = 0
        self.commits = 0
        self.holder: Link | None = None
        self.raw = self._open()

    def _open(self) -> sqlite3.Connection:
        raw = sqlite3.connect(self.folder / MAIN, isolation_level=None, check_same_thread=False)
        raw.execute(f"ATTACH ? AS {VAULT}", (str(self.folder / PRIVATE),))
        # A crash is a rollback here, and a loss of power is a copy: SQLite's own ways of outliving
        # both are tried elsewhere, on a modelled disk.
        for schema in ("main", VAULT):
            raw.execute(f"PRAGMA {schema}.synchronous = OFF")
            raw.execute(f"PRAGMA {schema}.journal_mode = MEMORY")
        raw.execute("PRAGMA recursive_triggers = ON")
        return raw

    def keep(self) -> None:
        """Put what is committed on the disk; a lying disk does so only now and then."""
        self.commits += 1
        if not self.guards.fsync and self.commits % 4 == 1:
            for name in (MAIN, PRIVATE):
                shutil.copyfile(self.folder / name, self.folder / f"{name}.durable")

    def lose_power(self) -> None:
        """Everything that is not on the disk is gone, and every connection with it."""
        if self.raw.in_transaction:
            self.raw.execute("ROLLBACK")
        if not self.guards.fsync:
            self.raw.close()
            for name in (MAIN, PRIVATE):
                shutil.copyfile(self.folder / f"{name}.durable", self.folder / name)
            self.raw = self._open()
        self.era += 1
        self.holder = None

    def close(self) -> None:
        """Close the files."""
        self.raw.close()


class Link:
    """A node's connection, in the shape of the driver's."""

    def __init__(self, database: Database, task: Task | None) -> None:
        self.database, self.task, self.era = database, task, database.era

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database.raw, name)

    def cursor(self) -> sqlite3.Cursor:
        """Return a cursor, unless the server has gone away."""
        self.check()
        return self.database.raw.cursor()

    def check(self) -> None:
        """Refuse to speak over a connection that the server has lost."""
        if self.era != self.database.era:
            raise sqlite3.OperationalError("the server closed the connection")

    def pause(self, site: str) -> None:
        """Let others take their turn between two statements; or end here."""
        database, task = self.database, self.task
        if task is None or task.dying:
            return
        if database.chance.strikes("crash", 0.1):
            database.hub.note(task.name, "crashes at", site)
            raise Crash
        if database.hub.random.random() < 0.3:
            database.hub.sleep(task, database.hub.random.randrange(2_000))
            self.check()

    def lock(self) -> None:
        """Wait for the head's lock, as `SELECT … FOR UPDATE` does."""
        database, task = self.database, self.task
        waited = 0
        while database.guards.lock and database.holder not in (None, self) and task is not None:
            database.hub.sleep(task, WAIT_US)
            self.check()
            waited += WAIT_US
            if waited > LOCK_US_MAX:
                raise sqlite3.OperationalError("lock timeout")
        if database.guards.lock:
            database.holder = self

    def begin_writing(self) -> None:
        """Begin the transaction at its first change."""
        if not self.database.raw.in_transaction:
            self.database.raw.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Commit, or fail to; the caller may not learn which."""
        database, raw = self.database, self.database.raw
        self.check()
        try:
            if not raw.in_transaction:
                return
            strikes = database.chance.strikes
            if strikes("commit-fails") or strikes("commit-unknown-lost"):
                raw.execute("ROLLBACK")
                raise sqlite3.OperationalError("the server closed the connection")
            if strikes("crash"):
                raise Crash
            raw.execute("COMMIT")
            database.keep()
            if strikes("commit-unknown-kept"):
                raise sqlite3.OperationalError("the server closed the connection")
            if strikes("crash"):
                raise Crash
        finally:
            self._release()

    def rollback(self) -> None:
        """Undo what is not committed, if it is this connection's."""
        mine = self.database.holder is self or not self.database.guards.lock
        if mine and self.era == self.database.era and self.database.raw.in_transaction:
            self.database.raw.execute("ROLLBACK")
        self._release()

    def close(self) -> None:
        """Close; what is not committed is undone."""
        self.rollback()

    def _release(self) -> None:
        if self.database.holder is self:
            self.database.holder = None


class Wires:
    """The engines of a node's place; made once, because what they compile is kept."""

    def __init__(self) -> None:
        self.database: Database | None = None
        self.task: Task | None = None
        self.writer = self._engine({})
        self.reader = self._engine({"isolation_level": "AUTOCOMMIT"})
        event.listen(self.writer, "begin", _lock)

    def _engine(self, options: dict[str, Any]) -> Engine:
        engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool, **options)
        event.listen(engine, "before_cursor_execute", _before)
        return engine

    def _connect(self) -> Any:
        if self.database is None:
            raise sqlite3.OperationalError("no database")
        return Link(self.database, self.task)

    @contextmanager
    def plugged(self, database: Database) -> Iterator[None]:
        """Connect this place to a database for a while."""
        self.database = database
        try:
            yield
        finally:
            self.database = self.task = None


def _link(connection: Connection) -> Link:
    found = connection.connection.dbapi_connection
    assert isinstance(found, Link)
    return found


def _lock(connection: Connection) -> None:
    _link(connection).lock()


def _before(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    link = _link(connection)
    if statement.startswith(("INSERT", "UPDATE", "DELETE")):
        link.begin_writing()
    elif not link.database.raw.in_transaction:
        link.pause(statement.split(None, 4)[0])
