"""The two SQLite engines of `state.db`: each transaction is one picture of the state."""

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

from ledger.database.sqlite import BUSY_TIMEOUT_MS, journal_mode


def create_state_engine(path: Path, *, writes: bool) -> Engine:
    """Return an engine; one that writes takes the file's lock when it begins."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool if writes else NullPool,
        connect_args={"check_same_thread": False},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        if writes:
            connection.execute(f"PRAGMA journal_mode = {journal_mode()}")
        else:
            connection.execute("PRAGMA query_only = ON")

    beginning = "BEGIN IMMEDIATE" if writes else "BEGIN"
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(beginning))
    return engine
