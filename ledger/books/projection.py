"""The books as the database holds them: rows, blocks and holdings, one statement a question.

Rows, blocks, movements and supply are projections: they follow from the log alone. They are
written in the transaction that appends the entries, so they never lag behind it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Select, func, select, tuple_

from contracts.books import Block, age
from contracts.values import Value
from ledger.database.asked import LIMIT, beside, blocks_of, first_in_places, one_of, values_of
from ledger.database.tables import PLACE_ORDER, view_block, view_row, view_supply

Connect: TypeAlias = Callable[[], AbstractContextManager[Connection]]
PAGE_ROWS: Final = 1_000

_BLOCK: Final = tuple(view_block.c[name] for name in ("batch", "first", "end", "place"))
_OLDEST_FIRST: Final = tuple(view_block.c[name] for name in PLACE_ORDER[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBooks:
    """The books as the database holds them.

    Attributes:
        connect: Opens (or lends) the connection for one statement.
    """

    connect: Connect

    @classmethod
    def inside(cls, connection: Connection) -> "StoredBooks":
        """Return the books as a transaction sees them."""
        return cls(connect=lambda: nullcontext(connection))

    def row(self, key: str) -> Value | None:
        """Return the row under `key`, or nothing."""
        return self.rows((key,)).get(key)

    def rows(self, keys: Sequence[str]) -> dict[str, Value]:
        """Return those of the rows that exist, in one statement for any number of keys."""
        with self.connect() as connection:
            dialect = connection.dialect.name
            found = connection.execute(_rows_asked(dialect), values_of(dialect, keys))
            return {key: json.loads(value) for key, value in found}

    def rows_under(
        self, prefix: str, *, after: str = "", limit: int = PAGE_ROWS
    ) -> list[tuple[str, Value]]:
        """Return (key, value) of one page of the rows whose keys begin with `prefix`, by key.

        Args:
            prefix: For example "acct/".
            after: The last key of the page before.
            limit: At most 1,000.
        """
        statement = (
            select(view_row.c.key, view_row.c.value)
            .where(view_row.c.key > max(after, prefix))
            .where(view_row.c.key < prefix[:-1] + chr(ord(prefix[-1]) + 1))
            .order_by(view_row.c.key)
            .limit(min(limit, PAGE_ROWS))
        )
        with self.connect() as connection:
            return [(key, json.loads(value)) for key, value in connection.execute(statement)]

    def blocks(self, batch: str, first: int, end: int) -> tuple[Block, ...]:
        """Return the blocks of a batch that touch [first, end), in order of their numbers."""
        # Blocks never overlap, so the one that holds `first` is the last that starts by then.
        before = view_block.alias("before_block")
        start = (
            select(func.max(before.c.first))
            .where(before.c.batch == batch, before.c.first <= first)
            .scalar_subquery()
        )
        statement = (
            select(*_BLOCK)
            .where(view_block.c.batch == batch, view_block.c.first < end)
            .where(view_block.c.first >= func.coalesce(start, first), view_block.c.end > first)
            .order_by(view_block.c.first)
        )
        return self._blocks(statement)

    def page_of_batch(self, batch: str, *, first: int, limit: int) -> tuple[Block, ...]:
        """Return at most `limit` blocks of a batch that start at `first` or later, by number."""
        statement = (
            select(*_BLOCK)
            .where(view_block.c.batch == batch, view_block.c.first >= first)
            .order_by(view_block.c.first)
        )
        return self._blocks(statement.limit(min(limit, PAGE_ROWS)))

    def holdings(self, place: str, quantity_kg: int) -> tuple[Block, ...]:
        """Return blocks in `place`, oldest first, until they hold `quantity_kg`."""
        found: list[Block] = []
        total_kg = 0
        for block in self.in_place(place):
            if total_kg >= quantity_kg:
                break
            found.append(block)
            total_kg += block.quantity_kg
        return tuple(found)

    def in_place(self, place: str, after: Block | None = None) -> Iterator[Block]:
        """Yield the blocks in a place, oldest first, page by page, from behind `after` on."""
        while True:
            page = self.page_in_place(place, after=after)
            yield from page
            if len(page) < PAGE_ROWS:
                return
            after = page[-1]

    def page_in_place(
        self, place: str, *, after: Block | None = None, limit: int = PAGE_ROWS
    ) -> tuple[Block, ...]:
        """Return at most `limit` blocks in a place, oldest first, from behind `after` on."""
        statement = select(*_BLOCK).where(view_block.c.place == place).order_by(*_OLDEST_FIRST)
        if after is not None:
            last = (*age(after.batch), after.first)
            statement = statement.where(tuple_(*_OLDEST_FIRST) > tuple_(*last))
        return self._blocks(statement.limit(limit))

    def first_in_places(self, places: Iterable[str], limit: int) -> tuple[Block, ...]:
        """Return the oldest `limit` blocks of each place, oldest first, in one statement."""
        with self.connect() as connection:
            dialect = connection.dialect.name
            asked = {**values_of(dialect, list(places)), LIMIT: limit}
            found = connection.execute(first_in_places(dialect), asked)
            blocks = [Block(*row) for row in found]
        return tuple(sorted(blocks, key=lambda b: (*age(b.batch), b.first)))

    def beside(self, blocks: Iterable[Block]) -> tuple[Block, ...]:
        """Return the blocks directly before and after the given ones, in one statement."""
        with self.connect() as connection:
            dialect = connection.dialect.name
            found = connection.execute(beside(dialect), blocks_of(dialect, blocks))
            return tuple(Block(*row) for row in found)

    def _blocks(self, statement: Select[Any]) -> tuple[Block, ...]:
        with self.connect() as connection:
            return tuple(Block(*row) for row in connection.execute(statement))

    def supply(self, batch: str | None = None) -> dict[str, int]:
        """Return kilograms by name (gross, held, …), of one batch or of all."""
        statement = select(view_supply.c.name, func.sum(view_supply.c.quantity_kg))
        if batch is not None:
            statement = statement.where(view_supply.c.batch == batch)
        with self.connect() as connection:
            rows = connection.execute(statement.group_by(view_supply.c.name))
            return {name: int(quantity_kg) for name, quantity_kg in rows}

    def supply_by_batch(
        self, *, after: str = "", limit: int = PAGE_ROWS
    ) -> dict[str, dict[str, int]]:
        """Return kilograms by name for one page of batches, by id, from behind `after` on."""
        page = (
            select(view_supply.c.batch)
            .where(view_supply.c.batch > after)
            .distinct()
            .order_by(view_supply.c.batch)
            .limit(min(limit, PAGE_ROWS))
        )
        columns = (view_supply.c.batch, view_supply.c.name, view_supply.c.quantity_kg)
        statement = (
            select(*columns).where(view_supply.c.batch.in_(page)).order_by(view_supply.c.batch)
        )
        found: dict[str, dict[str, int]] = {}
        with self.connect() as connection:
            for batch, name, quantity_kg in connection.execute(statement):
                found.setdefault(batch, {})[name] = int(quantity_kg)
        return found


@cache
def _rows_asked(dialect: str) -> Select[Any]:
    return select(view_row.c.key, view_row.c.value).where(one_of(dialect, view_row.c.key))
