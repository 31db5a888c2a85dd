"""Waiting for new entries without asking all the time.

On PostgreSQL every append tells whoever listens, in its own transaction: nobody hears of an entry
that is not committed. A notice may be lost with its connection, so nobody relies on it: whoever has
waited looks anyway. On SQLite, and while the server cannot be reached, waiting is only waiting.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, text

from ledger.database.engine import is_postgres
from ledger.settings import Settings

CHANNEL: Final = "sinkledger_head"
CONNECT_S: Final = 3
_LOOK_S: Final = 0.5
"""How long somebody who is told to stop may still listen."""


def announce(connection: Connection, size: int) -> None:
    """Tell listeners how many entries there are, once this transaction is committed."""
    if is_postgres(connection):
        asked = {"channel": CHANNEL, "size": str(size)}
        connection.execute(text("SELECT pg_notify(:channel, :size)"), asked)


@dataclass(slots=True)
class Notices:
    """Where one thread waits for entries."""

    url: str | None
    stop: Event
    _connection: psycopg.Connection[Any] | None = None

    def wait(self, timeout_s: float) -> bool:
        """Wait until there are new entries, the time is over or waiting is to stop.

        Returns:
            Whether a notice came.
        """
        try:
            connection = self._connected()
            left_s = timeout_s
            while connection is not None and left_s > 0 and not self.stop.is_set():
                part_s = min(_LOOK_S, left_s)
                if any(True for _ in connection.notifies(timeout=part_s, stop_after=1)):
                    return True
                left_s -= part_s
        except psycopg.Error:
            self.close()
            connection = None
        if connection is None:
            self.stop.wait(timeout_s)
        return False

    def _connected(self) -> psycopg.Connection[Any] | None:
        if self._connection is None and self.url is not None:
            connection = psycopg.connect(
                self.url,
                autocommit=True,
                connect_timeout=CONNECT_S,
                # A standby tells nobody anything; the address may name one beside its primary.
                target_session_attrs="read-write",
            )
            self._connection = connection
            connection.execute(f"LISTEN {CHANNEL}".encode())
        return self._connection

    def close(self) -> None:
        """Listen no more."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


@contextmanager
def notices(settings: Settings, stop: Event) -> Iterator[Notices]:
    """Lend something to wait with."""
    waiting = Notices(settings.postgres_url, stop)
    try:
        yield waiting
    finally:
        waiting.close()
