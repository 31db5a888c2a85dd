"""The production engines, on a driver and a journal mode of the test's choice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from sqlalchemy import Engine, event
from sqlalchemy import create_engine as create_real_engine

from ledger.database import sqlite
from ledger.database.tables import VAULT
from tests.support.power_cut import driver

SAFE = ("TRUNCATE", "WAL")
"""The journal modes that `ledger.database.sqlite` chooses from."""


@contextmanager
def over_apsw(journal: str, *pragmas: str) -> Iterator[None]:
    """Let every engine that is made here run on apsw and the watched files.

    Args:
        journal: The journal mode, in the place of `ledger.database.sqlite.journal_mode()`.
        pragmas: Set after those of the production code: how a saboteur weakens it.
    """

    def create_engine(url: str, **named: Any) -> Engine:
        made = create_real_engine(url, module=driver, **named)

        def overrule(connection: driver.Connection, _record: object) -> None:
            for pragma in pragmas:
                for schema in ("main", VAULT):
                    connection.execute(f"PRAGMA {schema}.{pragma}")

        # In turn: the production code's own listener comes after this call and before the first
        # connection, so what overrules it is appended when a connection is first asked for.
        event.listen(made, "first_connect", lambda *_: event.listen(made, "connect", overrule))
        return made

    with (
        mock.patch.object(sqlite, "create_engine", create_engine),
        mock.patch.object(sqlite, "journal_mode", return_value=journal),
    ):
        yield
