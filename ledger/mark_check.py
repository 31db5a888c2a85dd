"""At start: does the database still hold what this node has recorded and published before?"""

from sqlalchemy import Connection, Engine

from ledger import second_copy, store
from ledger.books.projection import StoredBooks
from ledger.database.epoch import take_epoch
from ledger.publish import high_water
from ledger.publish.high_water import HighWater, HighWaterError
from ledger.publish.published import find_disagreement
from ledger.settings import Settings
from ledger.store import TamperedError


def join(connection: Connection, settings: Settings, writer: Engine) -> str | None:
    """Compare everything under the lock, and take the present era if nothing differs.

    Returns:
        Why this node must not record; nothing if its engine may.
    """
    store.lock_head(connection)
    reason = why_read_only(connection, settings)
    if reason is None:
        take_epoch(connection, writer)
    return reason


def why_read_only(connection: Connection, settings: Settings) -> str | None:
    """Compare database, second copy, marks, checkpoint and tiles; say which of them differ."""
    try:
        mark = high_water.read_mark(settings.high_water)
    except HighWaterError as error:
        return f"The high-water mark cannot be read ({error}); restore it, then open again."
    row = StoredBooks.inside(connection).row("registry")
    found = None if mark is None else _compare_with_mark(connection, mark)
    if found is None and settings.second_copy is not None:
        found = second_copy.begin(connection, settings.second_copy, mark.size if mark else 0)
    return found or find_disagreement(connection, settings, row, mark)


def _compare_with_mark(connection: Connection, mark: HighWater) -> str | None:
    """Return why the ledger must not grow: it is older than, or another than, it once was."""
    head = store.read_head(connection)
    if head.size < mark.size:
        return (
            f"This ledger has {head.size} entries but once had {mark.size}: an old copy was "
            "restored. Restore the newest copy, or the missing entries from a mirror."
        )
    try:
        same = store.root_at(connection, mark.size) == mark.root
    except TamperedError as error:
        return f"The stored log is damaged ({error}); restore it from a copy."
    if same:
        return None
    return (
        f"The first {mark.size} entries of this ledger are not those that were recorded here "
        "before: it is another ledger, or an altered one."
    )
