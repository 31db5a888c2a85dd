"""What is due before each publication: what time has decided, the day's anchor, the state.

None of them ever stops publishing: `say` is told why one could not be made, and the next turn tries
again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from api.anchoring import AnchoringError, anchor_if_due
from api.committing import commits
from api.drafting.draft import Desk
from api.keys import KeyFileError
from api.overdue import OverdueError, record_due
from ledger.clock import clock_us
from ledger.registry import Registry
from ledger.submit import ClockError

OVERDUE_EVERY_US: Final = 600 * 1_000_000


@contextmanager
def due(registry: Registry, say: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Give what a publisher does before each publication."""
    with commits(registry, say) as commit:
        overdue = _overdue(registry, say)

        def turn() -> None:
            overdue()
            _anchor(registry, say)
            commit()

        yield turn


def _overdue(registry: Registry, say: Callable[[str], None]) -> Callable[[], None]:
    """Give what records expired certificates and overdue losses, some times an hour.

    They fall due at the end of a day, and to look for them is to read all claims and losses. A
    second look finds nothing that the first one has recorded.
    """
    looked_at_us = 0

    def turn() -> None:
        nonlocal looked_at_us
        desk = _desk(registry)
        if desk is None or registry.read_only_reason is not None:
            return
        if 0 <= desk.now_us - looked_at_us < OVERDUE_EVERY_US:
            return
        looked_at_us = desk.now_us
        try:
            record_due(registry, desk, say, clock_confirmed=False)
        except (ClockError, KeyFileError, OverdueError) as error:
            say(f"what is due was not recorded: {error}; run: sinkledger certificate due")

    return turn


def _desk(registry: Registry) -> Desk | None:
    books = registry.books()
    row, active = books.row("registry"), books.row("rules/active")
    if row is None or active is None:
        return None
    return Desk(origin=str(row["origin"]), rules=str(active["hash"]), now_us=clock_us())


def _anchor(registry: Registry, say: Callable[[str], None]) -> None:
    desk = _desk(registry)
    if desk is None:
        return
    try:
        anchor_if_due(registry, desk)
    except (AnchoringError, ClockError, KeyFileError) as error:
        say(f"the checkpoint was not anchored: {error}")
