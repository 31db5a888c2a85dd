"""Sabotage: the ledger without one of its guards, to see that the tests notice."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from sqlalchemy import Connection, Engine, create_engine, event, text, update
from sqlalchemy.pool import StaticPool

from ledger import store
from ledger.database.engine import open_writer
from ledger.database.tables import VAULT, view_head
from ledger.settings import Settings
from ledger.store import Head

LOOSENED = ("log_entry", "log_subtree", "view_block", "view_movement")


def drop_constraints(database: Path) -> None:
    """Copy tables into ones without keys, unique constraints or triggers."""
    with closing(sqlite3.connect(database)) as connection:
        for table in LOOSENED:
            connection.execute(f"CREATE TABLE loose AS SELECT * FROM {table}")
            connection.execute(f"DROP TABLE {table}")
            connection.execute(f"ALTER TABLE loose RENAME TO {table}")
        connection.commit()


def drop_keys(settings: Settings) -> None:
    """Take primary keys and unique constraints from the tables of a PostgreSQL database."""
    engine = open_writer(settings)
    with engine.begin() as connection:
        found = connection.execute(
            text(
                "SELECT conrelid::regclass, quote_ident(conname) FROM pg_constraint "
                "WHERE contype IN ('p', 'u') AND conrelid::regclass::text = ANY (:tables)"
            ),
            {"tables": [*LOOSENED]},
        ).all()
        for table, name in found:
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    engine.dispose()
    if not found:
        raise RuntimeError("there was no constraint to take away")


def deferred_engine(settings: Settings) -> Engine:
    """Return an engine as drivers make them by default: it locks when it first writes."""
    engine = create_engine(
        f"sqlite:///{settings.database}",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def attach(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"ATTACH DATABASE ? AS {VAULT}", (str(settings.vault),))

    return engine


@contextmanager
def no_head_check() -> Iterator[None]:
    """Move the head wherever the writer thinks it should be."""

    def move(connection: Connection, _old: Head, new: Head) -> None:
        connection.execute(update(view_head).values(store.head_values(new)))

    with mock.patch.object(store, "move_head", move):
        yield


@contextmanager
def no_head_lock() -> Iterator[None]:
    """Decide on the head as it stands, and let others do so at the same time."""
    with mock.patch.object(store, "lock_head", store.read_head):
        yield
