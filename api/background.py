"""Publishing beside the service, in a thread of its own; a fault that cannot pass ends both."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from api.due import due
from ledger.log.tiles import TileError
from ledger.publish.loop import keep_publishing
from ledger.publish.publisher import publisher_of
from ledger.publish.quorum import Ask, PublishError
from ledger.publish.signer import SignerError
from ledger.registry import Registry
from ledger.store import TamperedError
from ledger.witness.asking import ask_witnesses

FAULTS = (
    OSError,
    PublishError,
    SignerError,
    SQLAlchemyError,
    TamperedError,
    TileError,
    sqlite3.Error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How a publisher is looked at: its turns, and how it asks witnesses."""

    turn: Callable[[str | None], None] = lambda _: None
    ask: Ask = ask_witnesses


@contextmanager
def publishing(
    registry: Registry,
    say: Callable[[str], None],
    end: Callable[[str], None],
    watched: Watched | None = None,
) -> Iterator[list[str]]:
    """Publish in the background; the list that this gives holds why it ended, if it had to.

    Args:
        registry: What is published.
        say: Told of faults that may pass.
        end: Called when publishing has ended by a fault, with what it was.
        watched: How it is looked at.
    """
    watched = watched or Watched()
    stop, faults = Event(), list[str]()

    def run() -> None:
        try:
            with due(registry, say) as turn, publisher_of(registry, turn, watched.ask) as publisher:
                keep_publishing(publisher, stop, say, watched.turn)
        except FAULTS as error:
            # Whoever cannot publish what he records should not go on recording: the next start
            # compares everything and says in a sentence what does not agree.
            faults.append(str(error))
            end(faults[0])

    thread = Thread(target=run, name="publisher", daemon=True)
    thread.start()
    try:
        yield faults
    finally:
        stop.set()
        thread.join()
