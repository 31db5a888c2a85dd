"""Whom the outbox tells: what the operator registered, and how far each has been told."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.database.side_tables import side_subscriber

_SUBSCRIBER: Final = side_subscriber.c

Moment = Literal["recorded", "final"]


class SubscriberError(LookupError):
    """There is no such subscriber, or there is one already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who is told of entries.

    Attributes:
        name: Its name.
        url: Where messages are posted.
        moment: Whether it is told once an entry is recorded, or once a checkpoint covers it.
        kinds: Kinds of order, or beginnings of them that end with a dot; empty for all.
        accounts: Accounts, one of which an entry must touch; empty for all.
        cursor: The first entry that has not been looked at.
        is_on: Whether it is told anything.
    """

    name: str
    url: str
    moment: str
    kinds: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    cursor: int
    is_on: bool = True

    def wants_kind(self, kind: str) -> bool:
        """Say whether it is told of a kind of order."""
        return not self.kinds or any(
            kind.startswith(one) if one.endswith(".") else kind == one for one in self.kinds
        )


def add(engine: Engine, subscriber: Subscriber) -> None:
    """Register a subscriber.

    Raises:
        SubscriberError: there is one of this name.
    """
    values = {
        "name": subscriber.name,
        "url": subscriber.url,
        "moment": subscriber.moment,
        "kinds": " ".join(subscriber.kinds),
        "accounts": " ".join(subscriber.accounts),
        "cursor": subscriber.cursor,
        "is_on": int(subscriber.is_on),
    }
    try:
        with engine.begin() as connection:
            connection.execute(insert(side_subscriber).values(values))
    except IntegrityError:
        raise SubscriberError(f"there is a subscriber {subscriber.name} already") from None


def everybody(engine: Engine) -> list[Subscriber]:
    """Return all subscribers, by name."""
    with engine.connect() as connection:
        rows = connection.execute(select(side_subscriber).order_by(_SUBSCRIBER.name)).all()
    return [_subscriber(row) for row in rows]


def of(engine: Engine, name: str) -> Subscriber:
    """Return a subscriber.

    Raises:
        SubscriberError: there is none.
    """
    with engine.connect() as connection:
        asked = select(side_subscriber).where(_SUBSCRIBER.name == name)
        row = connection.execute(asked).one_or_none()
    if row is None:
        raise SubscriberError(f"there is no subscriber {name}")
    return _subscriber(row)


def advance(engine: Engine, name: str, cursor: int) -> None:
    """Remember that everything before an entry has been told; a cursor never goes back."""
    further = update(side_subscriber).where(_SUBSCRIBER.name == name, _SUBSCRIBER.cursor < cursor)
    with engine.begin() as connection:
        connection.execute(further.values(cursor=cursor))


def turn(engine: Engine, name: str, *, on: bool) -> None:
    """Begin or end telling a subscriber; its cursor stays.

    Raises:
        SubscriberError: there is none.
    """
    with engine.begin() as connection:
        changed = connection.execute(
            update(side_subscriber).where(_SUBSCRIBER.name == name).values(is_on=int(on))
        )
    if changed.rowcount == 0:
        raise SubscriberError(f"there is no subscriber {name}")


def remove(engine: Engine, name: str) -> None:
    """Forget a subscriber.

    Raises:
        SubscriberError: there is none.
    """
    with engine.begin() as connection:
        gone = connection.execute(delete(side_subscriber).where(_SUBSCRIBER.name == name))
    if gone.rowcount == 0:
        raise SubscriberError(f"there is no subscriber {name}")


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        name=row.name,
        url=row.url,
        moment=row.moment,
        kinds=tuple(row.kinds.split()),
        accounts=tuple(row.accounts.split()),
        cursor=row.cursor,
        is_on=bool(row.is_on),
    )
