"""Killing a migration at each of its statements, from each step that a database may stand at."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

from ledger.database import migrations
from ledger.database.migrations import migrate
from ledger.database.sqlite import create_write_engine
from tests.support.children import Report, fork
from tests.support.ledger import Scene

_FOUND = ScriptDirectory.from_config(migrations._config()).walk_revisions()
STEPS = tuple(sorted(step.revision for step in _FOUND))
"""Every step that there is, the oldest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a database is: its step, its tables, and its log's bytes."""

    step: str | None
    schema: str
    log: str


def standing_of(folder: Path) -> Standing:
    """Look at a database as it lies there."""
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        connection.execute("ATTACH ? AS vault", (str(folder / "vault.db"),))
        tables = "SELECT type, name, tbl_name, sql FROM {}.sqlite_schema ORDER BY 1, 2"
        schema = [connection.execute(tables.format(name)).fetchall() for name in ("main", "vault")]
        log = [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("log_entry", "log_subtree")
        ]
        steps = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    digests = [sha256(repr(found).encode()).hexdigest() for found in (schema, log)]
    return Standing(steps[0][0] if steps else None, *digests)


def old_database(scene: Scene, folder: Path, step: str) -> None:
    """Make a database as an older version has left it, with the log of a scene."""
    folder.mkdir()
    engine = create_write_engine(folder / "ledger.db", folder / "vault.db")
    with engine.begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, step)
    engine.dispose()
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        connection.execute("ATTACH ? AS full", (str(scene.world.registry.settings.database),))
        for table in ("log_entry", "log_subtree"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM full.{table}")
        connection.commit()


def migrate_killed_at(folder: Path, number: int, committing: Callable[[Engine], None]) -> int:
    """Migrate in a child that dies before its statement `number`; return how many it began."""

    def work(report: Report) -> None:
        begun = 0
        engine = create_write_engine(folder / "ledger.db", folder / "vault.db")
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
    scene: Scene, folder: Path, committing: Callable[[Engine], None] = lambda _: None
) -> dict[str, tuple[int, int]]:
    """Kill the migrations from every step at every statement.

    Returns:
        For each step, after how many kills the old database stood, and the new one.
    """
    found = {}
    for step in STEPS:
        old, work = folder / step, folder / f"{step}-work"
        old_database(scene, old, step)
        before = standing_of(old)
        shutil.copytree(old, work)
        total = migrate_killed_at(work, -1, committing)
        after = standing_of(work)
        assert after.log == before.log
        counted = {before: 0, after: 0}
        for number in range(1, total + 1):
            shutil.rmtree(work)
            shutil.copytree(old, work)
            assert migrate_killed_at(work, number, committing) == number
            stood = standing_of(work)
            assert stood in counted, f"step {step}, statement {number}: neither old nor new"
            counted[stood] += 1
            migrate_killed_at(work, -1, lambda _: None)
            assert standing_of(work) == after, "what was begun cannot be finished"
        found[step] = (counted[before], counted[after])
        shutil.rmtree(work)
    return found
