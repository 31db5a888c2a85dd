"""What happened: movements of an entry, an account or a serial range, and rows as they were."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, Tuple, or_, select, tuple_

from contracts.values import Movement, Row
from ledger.books.projection import Connect
from ledger.database.tables import log_entry, view_movement
from ledger.log.entry import Entry, parse_entry

PAGE_ROWS: Final = 1_000

_COLUMNS: Final = (
    view_movement.c.seq,
    view_movement.c.position,
    log_entry.c.kind,
    log_entry.c.at_us,
    *(view_movement.c[name] for name in ("batch", "first", "end", "source", "target")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A movement with the entry that made it: position in the log, order kind, log time."""

    seq: int
    position: int
    kind: str
    at_us: int
    movement: Movement


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The movements as the database holds them; `connect` lends a reading connection."""

    connect: Connect

    def of_entry(self, seq: int) -> tuple[Event, ...]:
        """Return the movements of one entry, in their sequence."""
        return self._events(_all().where(view_movement.c.seq == seq))

    def of_units(
        self, batch: str, first: int, end: int, *, after: tuple[int, int] = (-1, -1)
    ) -> tuple[Event, ...]:
        """Return a page of the movements that touched units [first, end), oldest first.

        Args:
            batch: The batch's id.
            first: First unit, from 0.
            end: One behind the last.
            after: (seq, position) of the last movement of the page before.
        """
        return self._events(
            _all()
            .where(view_movement.c.batch == batch)
            .where(view_movement.c.first < end, view_movement.c.end > first)
            .where(_position() > tuple_(*after))
        )

    def of_place(self, place: str, *, after: tuple[int, int] = (-1, -1)) -> tuple[Event, ...]:
        """Return a page of the movements into and out of a place, oldest first."""
        return self._events(
            _all()
            .where(or_(view_movement.c.source == place, view_movement.c.target == place))
            .where(_position() > tuple_(*after))
        )

    def recorded(self, actor: str, nonce: str) -> Entry | None:
        """Return the entry of the order that an actor gave a nonce, if it is recorded."""
        statement = select(log_entry.c.content).where(
            log_entry.c.nonce == nonce, log_entry.c.actor == actor
        )
        with self.connect() as connection:
            content = connection.execute(statement).scalar()
        return None if content is None else parse_entry(content)

    def rows_of(self, kind: str, *, before: int) -> tuple[Row, ...]:
        """Return the rows that orders of a kind wrote before an entry, oldest first."""
        statement = (
            select(log_entry.c.content)
            .where(log_entry.c.kind == kind, log_entry.c.seq < before)
            .order_by(log_entry.c.seq)
        )
        with self.connect() as connection:
            contents = [content for (content,) in connection.execute(statement)]
        return tuple(
            Row(row["key"], row["value"])
            for content in contents
            for row in parse_entry(content).rows
        )

    def _events(self, statement: Select[Any]) -> tuple[Event, ...]:
        ordered = statement.order_by(view_movement.c.seq, view_movement.c.position)
        with self.connect() as connection:
            return tuple(
                Event(seq=seq, position=position, kind=kind, at_us=at_us, movement=Movement(*rest))
                for seq, position, kind, at_us, *rest in connection.execute(
                    ordered.limit(PAGE_ROWS)
                )
            )


def _all() -> Select[Any]:
    return select(*_COLUMNS).join(log_entry, log_entry.c.seq == view_movement.c.seq)


def _position() -> Tuple:
    return tuple_(view_movement.c.seq, view_movement.c.position)
