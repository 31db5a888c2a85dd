"""What a statement asks for many values at once, from one bound parameter, on either database.

SQLite unpacks a JSON array, PostgreSQL an array of its own or JSON. The same statement serves any
number of values, so it is prepared once.
"""

import json
from collections.abc import Iterable, Sequence
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
from ledger.tables import PLACE_ORDER, view_block

POSTGRES: Final = "postgresql"
_COLUMNS: Final = tuple(view_block.c[name] for name in ("batch", "first", "end", "place"))


def one_of(dialect: str, asked: Column[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the values."""
    if dialect == POSTGRES:
        return asked == any_(bindparam(None, list(values), type_=ARRAY(Text)))
    unpacked = func.json_each(json.dumps(values)).table_valued("value", name="asked")
    return asked.in_(select(unpacked.c.value))


def first_in_places(dialect: str, places: Sequence[str], limit: int) -> Select[Any]:
    """Return the statement for the oldest `limit` blocks of each place, in no order."""
    inner = view_block.alias("inner_block")
    oldest_first = tuple(inner.c[name] for name in PLACE_ORDER[1:])
    if dialect == POSTGRES:
        given = func.unnest(bindparam(None, list(places), type_=ARRAY(Text)))
        asked = given.table_valued("place", name="asked").render_derived()
        oldest = select(inner).where(inner.c.place == asked.c.place).order_by(*oldest_first)
        of_place = oldest.limit(limit).lateral("of_place")
        columns = [of_place.c[part.name] for part in _COLUMNS]
        return select(*columns).select_from(asked.join(of_place, true()))
    asked = func.json_each(json.dumps(places)).table_valued("value", name="asked")
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


def beside(dialect: str, blocks: Iterable[Block]) -> Select[Any]:
    """Return the statement for the blocks directly before and after the given ones."""
    given = [[block.batch, block.first, block.end] for block in blocks]
    batch: ColumnElement[Any]
    first: ColumnElement[Any]
    end: ColumnElement[Any]
    if dialect == POSTGRES:
        unpacked = func.jsonb_to_recordset(bindparam(None, _records(given), type_=JSONB))
        asked = unpacked.table_valued(
            column("batch", Text), column("first", BigInteger), column("end", BigInteger)
        ).render_derived(name="asked", with_types=True)
        batch, first, end = asked.c.batch, asked.c.first, asked.c.end
    else:
        asked = func.json_each(json.dumps(given)).table_valued("value", name="asked")
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


def _records(given: list[list[Any]]) -> list[dict[str, Any]]:
    return [{"batch": batch, "first": first, "end": end} for batch, first, end in given]
