"""Waiting for a number that only grows: entries in the log, or entries that are published.

Entries come from any process and are published by any, so this looks rather than being told. It
looks only while somebody waits, and once for all who do.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.issuing import checkpoint_of
from ledger.registry import Registry

EVERY_S: Final = 0.25


class Watch:
    """A number that is looked at now and then."""

    __slots__ = ("_ending", "_last", "_look", "_looked_s")

    def __init__(self, look: Callable[[], int], ending: Callable[[], bool]) -> None:
        """Watch what `look` returns, until `ending` says that the service goes down."""
        self._look, self._ending = look, ending
        self._last = 0
        self._looked_s = float("-inf")

    @property
    def ending(self) -> bool:
        """Whether the service goes down, so that nobody should wait for anything."""
        return self._ending()

    async def now(self) -> int:
        """Return the number as it was at most `EVERY_S` ago."""
        now_s = monotonic()
        if now_s - self._looked_s >= EVERY_S:
            # Whoever comes while this one looks takes what was seen before.
            self._looked_s = now_s
            self._last = max(self._last, await run_in_threadpool(self._look))
        return self._last

    async def beyond(self, count: int, most_s: float) -> int:
        """Wait until the number is greater than `count`; return it as it was seen last.

        After `most_s` seconds, or when the service goes down, it may not be greater.
        """
        until_s = monotonic() + most_s
        while (seen := await self.now()) <= count and not self.ending:
            left_s = until_s - monotonic()
            if left_s <= 0:
                break
            await asyncio.sleep(min(EVERY_S, left_s))
        return seen


def published_of(registry: Registry) -> Callable[[], int]:
    """Give how many entries the published checkpoint covers, its signature checked once each."""
    note_seen: bytes | None = None
    size = 0

    def look() -> int:
        nonlocal note_seen, size
        note = registry.checkpoint()
        if note is not None and note != note_seen:
            checkpoint = checkpoint_of(registry)
            note_seen, size = note, 0 if checkpoint is None else checkpoint.size
        return size

    return look
