"""The two SQLite engines: one that writes, one that reads.

The write engine holds one connection and opens every transaction with BEGIN IMMEDIATE, so that
whoever decides an order already holds the lock. The private records lie in a second file,
attached as `vault`; so no error says what a statement was given.

If we crash inside a commit: with a rollback journal SQLite commits both files or neither (a
super-journal names the two journals, and the next opening rolls back or forward). In WAL mode
each file is atomic by itself, not both together; the ledger's own file is committed first, so at
worst a recorded commitment has no private record until its order, which nobody was answered, is
handed in again (`vault.keep_again`).
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from ledger.database.tables import VAULT

BUSY_TIMEOUT_MS: Final = 5_000
WAL_SQLITE_MIN: Final = (3, 51, 3)
"""Older versions can corrupt a database whose WAL is reset by two connections at once."""

READERS: Final = 8


def journal_mode() -> str:
    """Return the journal mode for the SQLite library at hand: WAL or TRUNCATE."""
    return "WAL" if sqlite3.sqlite_version_info >= WAL_SQLITE_MIN else "TRUNCATE"


def create_write_engine(database: Path, vault: Path) -> Engine:
    """Return the engine of the one writer of this process; its files are created if missing.

    Threads wait for its one connection; were they to share it, one's statements would stand in
    the other's transaction.
    """
    engine = create_engine(
        f"sqlite:///{database}",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _on_connect(vault, read_only=False))
    event.listen(engine, "begin", _begin_immediate)
    return engine


def create_read_engine(database: Path, vault: Path) -> Engine:
    """Return the engine for reading: every statement by itself, nothing can be written."""
    engine = create_engine(
        f"sqlite:///{database}",
        poolclass=QueuePool,
        pool_size=READERS,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
    )
    event.listen(engine, "connect", _on_connect(vault, read_only=True))
    return engine


def _on_connect(vault: Path, *, read_only: bool) -> Callable[[sqlite3.Connection, Any], None]:
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy's driver would begin transactions by itself and too late; here `begin` does.
        connection.isolation_level = None
        connection.execute(f"ATTACH DATABASE ? AS {VAULT}", (str(vault),))
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "mmap_size = 0",
            # REPLACE deletes rows; only with this setting do the log's triggers see it.
            "recursive_triggers = ON",
            *(f"{schema}.synchronous = FULL" for schema in ("main", VAULT)),
        ):
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            for schema in ("main", VAULT):
                connection.execute(f"PRAGMA {schema}.journal_mode = {journal_mode()}")

    return prepare


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
