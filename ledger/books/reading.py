"""Reading at one moment: several questions that are all answered from the same end of the log.

Each statement of a reader sees the newest commit. Two statements may so see two ledgers, and their
answers contradict each other: a batch whose blocks are newer than its totals. A reading asks them
all in one transaction and says which entries it has seen.

Whoever holds a reading keeps SQLite's writer from committing (without WAL), so it is ended before
an answer is sent: a slow client must not hold it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine

from ledger import store
from ledger.books.projection import StoredBooks
from ledger.history import History
from ledger.store import Head

_BEGIN: Final = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "sqlite": "BEGIN",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The ledger at one moment.

    Attributes:
        head: Where the log ended.
        books: The books as they followed from those entries.
        history: What had happened by then.
    """

    head: Head
    books: StoredBooks
    history: History


@contextmanager
def reading(engine: Engine) -> Iterator[Reading]:
    """Give one moment of the ledger behind a read engine.

    Raises:
        TamperedError: the stored head contradicts itself.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql(_BEGIN[engine.dialect.name])
        try:
            books = StoredBooks.inside(connection)
            # The first statement fixes the moment.
            head = store.read_head(connection)
            yield Reading(head=head, books=books, history=History(connect=books.connect))
        finally:
            connection.exec_driver_sql("ROLLBACK")
