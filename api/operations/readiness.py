"""Whether this node should be sent requests: each thing that must be well, by its name.

An answer tells only names and yes or no. It comes within a few seconds whatever the database
does: that is asked in a thread of its own, once at a time and at most once a second, however many
ask.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from threading import Lock
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from api.operations.vitals import Vitals
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.registry import Registry
from ledger.room import check_room
from ledger.store import TamperedError

ANSWER_S: Final = 2.0
EVERY_S: Final = 1.0
READING: Final = ("database", "staying")
"""What reading needs; recording needs everything."""


class Pulse:
    """Asks one thing again and again, never twice at once, and never waits for long."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._lock = Lock()
        self._asker: ThreadPoolExecutor | None = None
        self._asked: Future[bool] | None = None
        self._asked_s = 0.0

    def ask(self) -> "Future[bool]":
        """Return what will say whether all is well: an answer of this second, or a new one."""
        with self._lock:
            asked, now_s = self._asked, time.monotonic()
            if asked is not None and not (asked.done() and now_s - self._asked_s > EVERY_S):
                return asked
            if self._asker is None:
                self._asker = ThreadPoolExecutor(1, thread_name_prefix="pulse")
            self._asked, self._asked_s = self._asker.submit(self._is_well), now_s
            return self._asked

    def _is_well(self) -> bool:
        try:
            self._look()
        except (SQLAlchemyError, OSError, TamperedError):
            return False
        return True

    def close(self) -> None:
        """Ask no more; a question that hangs is left to the end of the process."""
        if self._asker is not None:
            self._asker.shutdown(wait=False, cancel_futures=True)


class Readiness:
    """The checks of one service."""

    def __init__(self, registry: Registry, vitals: Vitals, clock: Callable[[], int]) -> None:
        """Make the checks.

        Args:
            registry: What is served.
            vitals: What the process says of itself.
            clock: The service's time, microseconds UTC.
        """
        self._registry, self._vitals, self._clock = registry, vitals, clock
        self._pulse = Pulse(registry.size)

    async def checks(self) -> dict[str, bool]:
        """Return what is well, by name, within a few seconds."""
        asked = asyncio.wrap_future(self._pulse.ask())
        try:
            well = await asyncio.wait_for(asyncio.shield(asked), ANSWER_S)
        except TimeoutError:
            well = False
        return self._named(database=well)

    def checks_now(self) -> dict[str, bool]:
        """Return the same for a caller in a thread of its own."""
        try:
            well = self._pulse.ask().result(ANSWER_S)
        except LateError:
            well = False
        return self._named(database=well)

    def close(self) -> None:
        """End the thread that asks."""
        self._pulse.close()

    def _named(self, *, database: bool) -> dict[str, bool]:
        return {
            "checkpoint": self._is_checkpoint_fresh(),
            "database": database,
            "disk": self._has_room(),
            "publisher": self._vitals.publisher_alive,
            "recording": self._registry.read_only_reason is None,
            "staying": not self._vitals.closing.is_set(),
        }

    def _is_checkpoint_fresh(self) -> bool:
        """Say whether the last checkpoint is one that pages still call current.

        Where another process publishes, its files may be elsewhere: none here says nothing.
        """
        settings = self._registry.settings
        try:
            at_s = (settings.log / CHECKPOINT_PATH).stat().st_mtime
        except FileNotFoundError:
            return True
        return self._clock() / 1e6 - at_s < settings.checkpoint_fresh_hours * 3_600

    def _has_room(self) -> bool:
        try:
            check_room(self._registry.settings)
        except OSError:
            return False
        return True
