"""Telling one subscriber, from the log itself: what it has not been told is from its cursor on.

There is no second list that could lose a line: an entry that is recorded will be told, whatever
dies in between. The cursor moves after a message was taken. If we crash between the two, the same
message is sent again under the same name. Messages go in the order of the log, one by one; one that
is not taken keeps the later ones waiting.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

from sqlalchemy import Engine, Row, select

from ledger.database.tables import log_entry
from ledger.jobs.task import JobError, Work
from ledger.log.entry import parse_entry
from ledger.outbox import subscribers
from ledger.outbox.addresses import AddressError, Rules, target_of
from ledger.outbox.events import accounts_of, message_of, published
from ledger.outbox.sending import Sender, UnsentError
from ledger.outbox.signing import SecretError, read_secrets, secret_file
from ledger.outbox.subscribers import Subscriber, SubscriberError
from ledger.registry import Registry

PAGE: Final = 200
_ENTRY: Final = log_entry.c


def end_for(registry: Registry, subscriber: Subscriber) -> int:
    """Return up to which entry a subscriber can be told now."""
    if subscriber.moment == "recorded":
        return registry.size()
    checkpoint = published(registry)
    return 0 if checkpoint is None else checkpoint.size


def deliver(work: Work, name: str, rules: Rules) -> str:
    """Tell a subscriber all that it has not been told.

    Raises:
        JobError: a message was not taken, nothing may be sent there, or the secret is missing.
    """
    registry = work.registry
    try:
        subscriber = subscribers.of(registry.reader, name)
        if not subscriber.is_on:
            return ""
        secrets = read_secrets(secret_file(registry.settings.keys, name))
        target = target_of(subscriber.url, rules)
    except SubscriberError as error:
        raise JobError(str(error), lasting=True) from error
    except (SecretError, AddressError) as error:
        raise JobError(f"{name} is not told: {error}") from error
    told = 0
    with closing(Sender(target, secrets)) as sender:
        try:
            for cursor, end in _tell(work, subscriber, sender):
                told += 1
                work.tell(cursor, end)
                work.check()
        except UnsentError as error:
            _give_up(registry, name, error, told)
    return ""


def _tell(work: Work, subscriber: Subscriber, sender: Sender) -> Iterator[tuple[int, int]]:
    """Send message after message; yield the cursor after each that was taken, and its end."""
    registry, cursor = work.registry, subscriber.cursor
    origin = registry.origin()
    end = end_for(registry, subscriber)
    while page := _page(registry.reader, cursor, end):
        checkpoint = published(registry)
        for row in page:
            cursor = row.seq + 1
            if not subscriber.wants_kind(row.kind):
                continue
            entry = parse_entry(row.content)
            if subscriber.accounts and not {*subscriber.accounts} & {*accounts_of(entry)}:
                continue
            message = message_of(origin, subscriber, entry, checkpoint)
            sender.send(message.name, message.body)
            # If we crash here, the message is sent again: it keeps its name.
            subscribers.advance(registry.writer, subscriber.name, cursor)
            yield cursor, end
        subscribers.advance(registry.writer, subscriber.name, cursor)
        work.check()
        end = end_for(registry, subscriber)


def _page(engine: Engine, first: int, end: int) -> list[Row[Any]]:
    asked = (
        select(_ENTRY.seq, _ENTRY.kind, _ENTRY.content)
        .where(_ENTRY.seq >= first, _ENTRY.seq < end)
        .order_by(_ENTRY.seq)
        .limit(PAGE)
    )
    with engine.connect() as connection:
        return list(connection.execute(asked))


def _give_up(registry: Registry, name: str, error: UnsentError, told: int) -> None:
    """Decide what an untaken message means for the job.

    If some were taken before it, this job is done and the next one begins with this message: how
    often a receiver failed in the past says nothing once it has answered.
    """
    if error.is_gone:
        subscribers.turn(registry.writer, name, on=False)
        raise JobError(f"{name} wants no more messages (410)", lasting=True) from error
    if told == 0:
        raise JobError(f"{name} is not told: {error}", wait_s=error.wait_s) from error
