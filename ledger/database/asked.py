"""What a statement asks for many values at once, from one bound parameter, on either database.

SQLite unpacks a JSON array, PostgreSQL an array of its own or JSON. The same statement serves any
number of values, so it is put together and prepared once: for a small batch that would cost more
than deciding it.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from contracts.books import Block
from ledger.database.tables import PLACE_ORDER, log_entry, view_block

POSTGRES: Final = "postgresql"
_COLUMNS: Final = tuple(view_block.c[name] for name in ("batch", "first", "end", "place"))
ASKED: Final = "asked"
LIMIT: Final = "most"


@cache
def one_of(dialect: str, column: Column[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the values; `values_of` binds them."""
    if dialect == POSTGRES:
        return column == any_(bindparam(ASKED, type_=ARRAY(Text)))
    unpacked = func.json_each(bindparam(ASKED, type_=Text)).table_valued("value", name="asked")
    return column.in_(select(unpacked.c.value))


def values_of(dialect: str, values: Sequence[str]) -> dict[str, object]:
    """Return what binds the values that a statement asks for."""
    return {ASKED: list(values) if dialect == POSTGRES else json.dumps(list(values))}


@cache
def recorded_under(dialect: str) -> Select[Any]:
    """Return the statement for actor, nonce and content of entries; `values_of` binds nonces."""
    columns = (log_entry.c.actor, log_entry.c.nonce, log_entry.c.content)
    return select(*columns).where(one_of(dialect, log_entry.c.nonce))


@cache
def first_in_places(dialect: str) -> Select[Any]:
    """Return the statement for the oldest blocks of each place, in no order.

    `values_of` binds the places, and `LIMIT` how many of each.
    """
    inner = view_block.alias("inner_block")
    oldest_first = tuple(inner.c[name] for name in PLACE_ORDER[1:])
    limit = bindparam(LIMIT, type_=Integer)
    if dialect == POSTGRES:
        given = func.unnest(bindparam(ASKED, type_=ARRAY(Text)))
        asked = given.table_valued("place", name="asked").render_derived()
        oldest = select(inner).where(inner.c.place == asked.c.place).order_by(*oldest_first)
        of_place = oldest.limit(limit).lateral("of_place")
        columns = [of_place.c[part.name] for part in _COLUMNS]
        return select(*columns).select_from(asked.join(of_place, true()))
    asked = func.json_each(bindparam(ASKED, type_=Text)).table_valued("value", name="asked")
    inner_rowid: ColumnElement[int] = literal_column("inner_block.rowid")
    numbers = (
        select(inner_rowid)
        .select_from(inner)
        .where(inner.c.place == asked.c.value)
        .order_by(*oldest_first)
        .limit(limit)
        .correlate(asked)
    )
    rowid: ColumnElement[int] = literal_column("view_block.rowid")
    return select(*_COLUMNS).select_from(asked.join(view_block, rowid.in_(numbers)))


@cache
def beside(dialect: str) -> Select[Any]:
    """Return the statement for the blocks directly before and after those of `blocks_of`."""
    batch: ColumnElement[Any]
    first: ColumnElement[Any]
    end: ColumnElement[Any]
    if dialect == POSTGRES:
        unpacked = func.jsonb_to_recordset(bindparam(ASKED, type_=JSONB))
        asked = unpacked.table_valued(
            column("batch", Text), column("first", BigInteger), column("end", BigInteger)
        ).render_derived(name="asked", with_types=True)
        batch, first, end = asked.c.batch, asked.c.first, asked.c.end
    else:
        given = bindparam(ASKED, type_=Text)
        asked = func.json_each(given).table_valued("value", name="asked")
        parts = [func.json_extract(asked.c.value, f"$[{i}]") for i in range(3)]
        batch, first, end = parts
    inner = view_block.alias("inner_block")
    before = (
        select(func.max(inner.c.first, type_=Integer))
        .where(inner.c.batch == batch, inner.c.first < first)
        .correlate(asked)
        .scalar_subquery()
    )
    both = view_block.c.first.in_((before, end))
    return select(*_COLUMNS).select_from(
        asked.join(view_block, (view_block.c.batch == batch) & both)
    )


def blocks_of(dialect: str, blocks: Iterable[Block]) -> dict[str, object]:
    """Return what binds the blocks that `beside` asks for."""
    given = [[block.batch, block.first, block.end] for block in blocks]
    return {ASKED: _records(given) if dialect == POSTGRES else json.dumps(given)}


def _records(given: list[list[Any]]) -> list[dict[str, Any]]:
    return [{"batch": batch, "first": first, "end": end} for batch, first, end in given]
