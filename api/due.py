"""What is due before each publication: the day's anchor, and the state's commitment.

Neither ever stops publishing: `say` is told why one could not be made, and the next turn tries
again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.anchoring import AnchoringError, anchor_if_due
from api.committing import clock_us, commits
from api.drafting.draft import Desk
from api.keys import KeyFileError
from ledger.registry import Registry
from ledger.submit import ClockError


@contextmanager
def due(registry: Registry, say: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Give what a publisher does before each publication."""
    with commits(registry, say) as commit:

        def turn() -> None:
            _anchor(registry, say)
            commit()

        yield turn


def _anchor(registry: Registry, say: Callable[[str], None]) -> None:
    books = registry.books()
    row, active = books.row("registry"), books.row("rules/active")
    if row is None or active is None:
        return
    desk = Desk(origin=str(row["origin"]), rules=str(active["hash"]), now_us=clock_us())
    try:
        anchor_if_due(registry, desk)
    except (AnchoringError, ClockError, KeyFileError) as error:
        say(f"the checkpoint was not anchored: {error}")
