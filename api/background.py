"""Publishing beside the service, in a thread of its own; a fault that cannot pass ends both."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from api.due import due
from ledger.log.tiles import TileError
from ledger.publish.loop import keep_publishing
from ledger.publish.publisher import publisher_of
from ledger.publish.quorum import PublishError
from ledger.publish.signer import SignerError
from ledger.registry import Registry
from ledger.store import TamperedError

FAULTS = (
    OSError,
    PublishError,
    SignerError,
    SQLAlchemyError,
    TamperedError,
    TileError,
    sqlite3.Error,
)


@contextmanager
def publishing(
    registry: Registry, say: Callable[[str], None], end: Callable[[], None]
) -> Iterator[list[str]]:
    """Publish in the background; the list that this gives holds why it ended, if it had to.

    Args:
        registry: What is published.
        say: Told of faults that may pass.
        end: Called when publishing has ended by a fault.
    """
    stop, faults = Event(), list[str]()

    def run() -> None:
        try:
            with due(registry, say) as turn, publisher_of(registry, turn) as publisher:
                keep_publishing(publisher, stop, say)
        except FAULTS as error:
            # Whoever cannot publish what he records should not go on recording: the next start
            # compares everything and says in a sentence what does not agree.
            faults.append(str(error))
            end()

    thread = Thread(target=run, name="publisher", daemon=True)
    thread.start()
    try:
        yield faults
    finally:
        stop.set()
        thread.join()
