"""Reading from a replica of the database, as far as it is not behind what somebody has seen.

A replica repeats what the primary has committed, a little later or, when something is wrong, much
later. So every few seconds one row of the primary tells how many entries there are, and a replica
that is further behind than that is not asked; nor is it asked by a client that has seen more. No
decision is ever made on a replica: the writers look for the primary by themselves.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ledger import store
from ledger.books.reading import Reading, reading
from ledger.database import postgres
from ledger.settings import Settings

LATE_S: Final = 5.0
"""How much older than the primary an answer may be."""

REST_S: Final = 5.0
"""How long a replica that does not answer is left alone."""


def open_replica(settings: Settings, primary: Engine) -> "Replica | None":
    """Return the replica that the settings name, if they name one."""
    if settings.replica_url is None:
        return None
    engine = postgres.create_read_engine(settings.replica_url, replica=True)
    return Replica(engine=engine, primary=primary)


@dataclass(slots=True, kw_only=True, eq=False)
class Replica:
    """A replica beside its primary; threads share it.

    Attributes:
        engine: A read engine of the replica.
        primary: The read engine of the primary.
        refused: How often the replica was behind or did not answer, so the primary was asked.
    """

    engine: Engine
    primary: Engine
    refused: int = 0
    _size: int = 0
    _size_at_s: float = float("-inf")
    _rest_until_s: float = float("-inf")
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def reading(self, at_least: int) -> Iterator[Reading]:
        """Give one moment of the ledger that has seen so many entries, if there is one.

        Raises:
            TamperedError: the stored head contradicts itself.
        """
        with ExitStack() as stack:
            found = self._on_replica(stack, max(at_least, self._known_size()))
            if found is None:
                self.refused += 1
                found = stack.enter_context(reading(self.primary))
            yield found

    def close(self) -> None:
        """Close the connections to the replica."""
        self.engine.dispose()

    def _known_size(self) -> int:
        """Return how many entries the primary had a few seconds ago."""
        # While one thread asks a primary that may be gone, the others go on with what is known.
        if self._lock.acquire(blocking=self._size == 0):
            try:
                now_s = time.monotonic()
                if now_s - self._size_at_s > LATE_S:
                    self._size_at_s = now_s
                    self._ask_primary()
            finally:
                self._lock.release()
        return self._size

    def _ask_primary(self) -> None:
        # Without its primary a replica is all there is, and its answers name their moment.
        with suppress(DBAPIError, PoolTimeoutError), self.primary.connect() as connection:
            self._size = store.read_head(connection).size

    def _on_replica(self, stack: ExitStack, at_least: int) -> Reading | None:
        if time.monotonic() < self._rest_until_s:
            return None
        with ExitStack() as trying:
            try:
                found = trying.enter_context(reading(self.engine))
            except (DBAPIError, PoolTimeoutError):
                self._rest_until_s = time.monotonic() + REST_S
                return None
            if found.head.size < at_least:
                return None
            stack.push(trying.pop_all())
            return found
