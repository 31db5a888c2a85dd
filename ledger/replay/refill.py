"""Filling an empty registry from a log's entries, in one pass and one transaction.

Every order is decided again, every signature checked, and the projections are written on the way.

Memory grows with the state (rows and blocks), not with the number of entries: nonces are kept
apart by the log's own unique index, movements leave for their table page by page.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from ledger import store
from ledger.books.projection import StoredBooks
from ledger.books.writing import movement_values
from ledger.database.engine import take_time
from ledger.database.tables import log_entry
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.verify import ChainError, passkey_scope
from ledger.mark_check import why_read_only
from ledger.progress import Progress
from ledger.registry import Registry
from ledger.replay.rebuild import Filled, fill
from ledger.replay.redecide import Redecider
from ledger.replay.signature_checks import SignatureChecker
from ledger.store import Head

PAGE_ROWS: Final = 1_024


class RefillError(Exception):
    """Entries cannot be taken in; the text names the first bad one and why. Nothing was kept."""


def refill(
    registry: Registry,
    contents: Iterable[bytes],
    *,
    expected: Checkpoint | None = None,
    progress: Progress | None = None,
) -> int:
    """Fill an empty registry; return how many entries it then has.

    All or nothing: one transaction. If we crash on the way, the registry is still empty.

    Args:
        registry: A registry without entries.
        contents: The bytes of each entry, entry 0 first.
        expected: The log, size and root that these entries must have.
        progress: Called with (entries done, entries expected or 0).

    Raises:
        RefillError: the registry is not empty, an entry is bad, or the entries are not those
            expected, or not all that the machine's marks know.
    """
    total = expected.size if expected else 0
    with registry.writer.begin() as connection:
        take_time(connection)
        if store.lock_head(connection).size != 0:
            raise RefillError(registry.read_only_reason or "only an empty registry can be filled")
        try:
            fill(
                connection, _taken(connection, contents, lambda done: _tell(progress, done, total))
            )
        except ChainError as error:
            raise RefillError(str(error)) from error
        head = store.read_head(connection)
        if expected:
            _compare(connection, head, expected)
        # An empty registry disagrees with the marks of a machine that had one: now it must not.
        if reason := why_read_only(connection, registry.settings):
            raise RefillError(reason)
    registry.rejoin()
    registry.raise_mark()
    return head.size


def _compare(connection: Connection, head: Head, expected: Checkpoint) -> None:
    if (head.size, head.root) != (expected.size, expected.root):
        raise RefillError(f"{head.size} entries have another root than the checkpoint's")
    row = StoredBooks.inside(connection).row("registry")
    if row is None or row["origin"] != expected.origin:
        raise RefillError(f"the entries are not of the log {expected.origin}")


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress:
        progress(done, total)


def _taken(
    connection: Connection, contents: Iterable[bytes], progress: Callable[[int], None]
) -> Iterator[Filled]:
    """Check, append and yield page after page: the replay's state, and the page's movements."""
    redecider, checker, entries = Redecider(nonces=None), None, _read(contents)
    head = store.read_head(connection)
    with ExitStack() as stack:
        while page := list(islice(entries, PAGE_ROWS)):
            if checker is None:
                checker = stack.enter_context(SignatureChecker(passkey_scope(page[0])))
            checker.check(page)
            for position, entry in enumerate(page, start=head.size):
                if faults := redecider.take(entry):
                    raise RefillError(f"entry {position}: {faults[0]}")
            head = _append(connection, page, head)
            yield redecider.state, [values for entry in page for values in movement_values(entry)]
            progress(head.size)
        if checker is not None:
            checker.finish()


def _read(contents: Iterable[bytes]) -> Iterator[Entry]:
    for seq, content in enumerate(contents):
        try:
            yield parse_entry(content)
        except EntryError as error:
            raise RefillError(f"entry {seq}: {error}") from error


def _append(connection: Connection, page: list[Entry], head: Head) -> Head:
    try:
        with connection.begin_nested():
            return store.append(connection, page, after=head)
    except IntegrityError:
        raise RefillError(_name_double(connection, page)) from None


def _name_double(connection: Connection, page: list[Entry]) -> str:
    """Say which entry uses a nonce again; the failed statement has left nothing behind."""
    seen: dict[tuple[str, str], int] = {}
    for entry in page:
        actor, nonce = str(entry.order["actor"]), str(entry.order["nonce"])
        statement = select(log_entry.c.seq).where(log_entry.c.nonce == nonce)
        earlier = connection.execute(statement.where(log_entry.c.actor == actor)).scalar()
        earlier = seen.setdefault((actor, nonce), entry.seq) if earlier is None else earlier
        if earlier != entry.seq:
            return f"entry {entry.seq}: its nonce was used by entry {earlier}"
    return f"entry {page[0].seq}: it, or one of the next {len(page)}, is in the log already"
