"""Publishing for as long as a process runs: soon after something is recorded, and now and then.

What may pass by itself is tried again: too few witnesses, another publisher, a full disk. What
cannot is the end: the process stops, and the next start says which copies do not agree.
"""

import errno
import time
from collections.abc import Callable
from threading import Event
from typing import Final

from ledger.database.notices import notices
from ledger.log.note import NoteError, parse_note
from ledger.log.tree_head import parse_checkpoint
from ledger.publish.lease import LeaseError
from ledger.publish.publisher import Publisher
from ledger.publish.quorum import NoQuorumError
from ledger.publish.signer import SignerError

LOOK_S: Final = 1.0
_PASSING: Final = (NoQuorumError, LeaseError, SignerError)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def keep_publishing(
    publisher: Publisher,
    stop: Event,
    say: Callable[[str], None],
    turn: Callable[[str | None], None] = lambda _: None,
) -> None:
    """Publish until `stop` is set.

    Args:
        publisher: What publishes.
        stop: Ends the loop, within a second.
        say: Told once of each fault that may pass, in a sentence.
        turn: Called every second or so: with nothing, or after an attempt to publish with what
            prevented it; with no text, it was published.

    Raises:
        PublishError, TamperedError, TileError: copies do not agree; nothing was published.
        OSError: the disk failed, other than by being full.
    """
    settings = publisher.registry.settings
    next_new_s = next_idle_s = 0.0
    said = ""
    with notices(settings, stop) as news:
        while not stop.is_set():
            now_s = time.monotonic()
            fault = None
            if now_s >= next_idle_s or (now_s >= next_new_s and _has_news(publisher)):
                next_new_s = now_s + settings.publish_seconds
                next_idle_s = now_s + settings.recosign_seconds
                fault = _try(publisher)
                if fault:
                    next_idle_s = next_new_s
                    if fault != said:
                        say(fault)
                said = fault
            turn(fault)
            news.wait(LOOK_S)


def _has_news(publisher: Publisher) -> bool:
    """Say whether there are more entries than are published."""
    note = publisher.registry.checkpoint()
    try:
        shown = 0 if note is None else parse_checkpoint(parse_note(note).text).size
    except NoteError:
        shown = 0  # publishing says what is wrong with it
    return publisher.registry.size() > shown


def _try(publisher: Publisher) -> str:
    """Publish; return what prevented it if that may pass by itself."""
    if publisher.registry.size() == 0:
        return ""
    try:
        publisher.publish()
    except _PASSING as error:
        return str(error)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        return f"the disk is full: {error}"
    return ""
