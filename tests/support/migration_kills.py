"""Killing a migration at each of its statements, from each step that a database may stand at."""

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, select, text

from ledger.database import migrations
from ledger.database.engine import open_writer
from ledger.database.migrations import migrate
from ledger.database.tables import log_entry, log_subtree
from ledger.settings import Settings
from tests.support.children import Report, fork
from tests.support.ledger import Scene
from tests.support.postgres import Cluster

_FOUND = ScriptDirectory.from_config(migrations._config()).walk_revisions()
STEPS = tuple(sorted(step.revision for step in _FOUND))
"""Every step that there is, the oldest first."""

_LOG = (log_entry, log_subtree)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a database is: its step, its tables, and its log's rows."""

    step: str | None
    schema: str
    log: str


class Databases(Protocol):
    """Where databases lie that are made, copied, migrated and looked at, each by its name."""

    schema: tuple[str, ...]
    """Queries whose rows say what tables there are."""

    def settings(self, name: str) -> Settings:
        """Return the settings of the node that opens one."""
        ...

    def make(self, name: str) -> None:
        """Make an empty one."""
        ...

    def copy(self, old: str, new: str) -> None:
        """Copy one, over what had the new name."""
        ...


@dataclass(frozen=True, slots=True)
class SqliteDatabases:
    """Two files each."""

    folder: Path
    schema: tuple[str, ...] = tuple(
        f"SELECT type, name, tbl_name, sql FROM {name}.sqlite_schema ORDER BY 1, 2"
        for name in ("main", "vault")
    )

    def settings(self, name: str) -> Settings:
        """Return the settings of a node whose data lie in a folder of that name."""
        return Settings(data=self.folder / name, keys=self.folder / name, database_url=None)

    def make(self, name: str) -> None:
        """Make the folder."""
        (self.folder / name).mkdir()

    def copy(self, old: str, new: str) -> None:
        """Copy the files."""
        shutil.rmtree(self.folder / new, ignore_errors=True)
        shutil.copytree(self.folder / old, self.folder / new)


_OURS = "NOT IN ('pg_catalog', 'information_schema')"


@dataclass(frozen=True, slots=True)
class PostgresDatabases:
    """Databases of one cluster."""

    cluster: Cluster
    folder: Path
    schema: tuple[str, ...] = (
        "SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default,"
        f" collation_name FROM information_schema.columns WHERE table_schema {_OURS}"
        " ORDER BY 1, 2, 3",
        "SELECT schemaname, indexname, indexdef FROM pg_indexes"
        f" WHERE schemaname {_OURS} ORDER BY 1, 2",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        f" WHERE connamespace::regnamespace::text {_OURS} ORDER BY 1, 2",
    )

    def settings(self, name: str) -> Settings:
        """Return the settings of a node on the database of that name."""
        return Settings(
            data=self.folder, keys=self.folder, database_url=self.cluster.url(f"kills_{name}")
        )

    def make(self, name: str) -> None:
        """Let the server make it, over what an earlier trial left."""
        self.cluster.drop_database(f"kills_{name}")
        self.cluster.execute(f"CREATE DATABASE kills_{name}")

    def copy(self, old: str, new: str) -> None:
        """Let the server copy it."""
        self.cluster.drop_database(f"kills_{new}")
        self.cluster.execute(f"CREATE DATABASE kills_{new} TEMPLATE kills_{old}")


def _within(databases: Databases, name: str, work: Callable[[Connection], Any]) -> Any:
    engine = open_writer(databases.settings(name))
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


def standing_of(databases: Databases, name: str) -> Standing:
    """Look at a database as it lies there."""

    def look(connection: Connection) -> Standing:
        schema = [connection.execute(text(query)).all() for query in databases.schema]
        log = [connection.execute(select(table).order_by(*table.c)).all() for table in _LOG]
        steps = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        digests = [sha256(repr(found).encode()).hexdigest() for found in (schema, log)]
        return Standing(steps[0] if steps else None, *digests)

    found: Standing = _within(databases, name, look)
    return found


def old_database(scene: Scene, databases: Databases, step: str) -> None:
    """Make a database as an older version has left it, with the log of a scene."""
    with scene.world.registry.reader.connect() as connection:
        rows = {table: connection.execute(select(table)).mappings().all() for table in _LOG}

    def make(connection: Connection) -> None:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, step)
        for table, found in rows.items():
            if found:
                connection.execute(table.insert(), [dict(row) for row in found])

    databases.make(step)
    _within(databases, step, make)


def migrate_killed_at(settings: Settings, number: int, committing: Callable[[Engine], None]) -> int:
    """Migrate in a child that dies before its statement `number`; return how many it began."""

    def work(report: Report) -> None:
        begun = 0
        engine = open_writer(settings)
        committing(engine)

        def strike(*_: Any) -> None:
            nonlocal begun
            begun += 1
            report(begun)
            if begun == number:
                os.kill(os.getpid(), signal.SIGKILL)

        with engine.connect() as connection:
            event.listen(engine, "before_cursor_execute", strike)
            event.listen(engine, "commit", strike)
            migrate(connection)
            connection.commit()
        strike()

    return len(fork(work).reports())


def kill_at_every_statement(
    scene: Scene, databases: Databases, committing: Callable[[Engine], None] = lambda _: None
) -> dict[str, tuple[int, int]]:
    """Kill the migrations from every step at every statement.

    Returns:
        For each step, after how many kills the old database stood, and the new one.
    """
    found = {}
    for step in STEPS:
        old_database(scene, databases, step)
        before = standing_of(databases, step)
        databases.copy(step, "work")
        work = databases.settings("work")
        total = migrate_killed_at(work, -1, committing)
        after = standing_of(databases, "work")
        assert after.log == before.log
        counted = {before: 0, after: 0}
        for number in range(1, total + 1):
            databases.copy(step, "work")
            assert migrate_killed_at(work, number, committing) == number
            stood = standing_of(databases, "work")
            assert stood in counted, f"step {step}, statement {number}: neither old nor new"
            counted[stood] += 1
            migrate_killed_at(work, -1, lambda _: None)
            assert standing_of(databases, "work") == after, "what was begun cannot be finished"
        found[step] = (counted[before], counted[after])
    return found
