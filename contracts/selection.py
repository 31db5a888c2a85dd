"""Which units an order means: named serial ranges, or the oldest units up to an amount."""

from collections.abc import Sequence

from contracts.books import Block, Books
from contracts.form import BATCH, Form
from contracts.ranges import Range, coalesce
from contracts.refusal import RefusalCode, Refused
from contracts.values import MOVEMENTS_MAX, Movement


def read_units(form: Form) -> tuple[int | None, tuple[Movement, ...]]:
    """Read either `quantity_kg` or `ranges` [{"batch", "first", "end"}], half-open from zero.

    Returns:
        The amount, or the ranges sorted and coalesced as movements without places.

    Raises:
        Refused: `QUANTITY_OR_RANGES`, `RANGE_EMPTY`, `RANGES_OVERLAP`, `TOO_MANY_ITEMS`.
    """
    if form.has("quantity_kg") == form.has("ranges"):
        raise Refused(RefusalCode.QUANTITY_OR_RANGES)
    if form.has("quantity_kg"):
        return form.integer("quantity_kg", low=1), ()
    named: dict[str, list[Range]] = {}
    for item in form.forms("ranges", least=1, most=MOVEMENTS_MAX):
        batch, first, end = item.text("batch", BATCH), item.integer("first"), item.integer("end")
        item.done()
        if end <= first:
            raise Refused(RefusalCode.RANGE_EMPTY, batch=batch, first=first, end=end)
        named.setdefault(batch, []).append(Range(first, end))
    return None, _joined(named)


def _joined(named: dict[str, list[Range]]) -> tuple[Movement, ...]:
    found: list[Movement] = []
    for batch in sorted(named):
        try:
            parts = coalesce(named[batch])
        except ValueError:
            raise Refused(RefusalCode.RANGES_OVERLAP, batch=batch) from None
        found.extend(Movement(batch, part.first, part.end, "", "") for part in parts)
    return tuple(found)


def take(
    books: Books,
    source: str,
    target: str,
    quantity_kg: int | None,
    ranges: Sequence[Movement],
) -> tuple[Movement, ...]:
    """Turn an amount or named ranges into movements from `source` to `target`.

    Raises:
        Refused: `BATCH_UNKNOWN`, `UNITS_NOT_HELD` for named ranges; `BALANCE_TOO_LOW`,
            `TOO_MANY_RANGES` (with the kilograms that would fit) for an amount.
    """
    if quantity_kg is None:
        return tuple(_named(books, source, target, part) for part in ranges)
    return _oldest(books.holdings(source, quantity_kg), target, quantity_kg)


def _named(books: Books, source: str, target: str, part: Movement) -> Movement:
    if books.row(f"batch/{part.batch}") is None:
        raise Refused(RefusalCode.BATCH_UNKNOWN, batch=part.batch)
    held = sum(
        min(block.end, part.end) - max(block.first, part.first)
        for block in books.blocks(part.batch, part.first, part.end)
        if block.place == source
    )
    if held != part.quantity_kg:
        raise Refused(
            RefusalCode.UNITS_NOT_HELD,
            batch=part.batch,
            first=part.first,
            end=part.end,
            held_kg=held,
            quantity_kg=part.quantity_kg,
        )
    return Movement(part.batch, part.first, part.end, source, target)


def _oldest(blocks: Sequence[Block], target: str, quantity_kg: int) -> tuple[Movement, ...]:
    held = sum(block.quantity_kg for block in blocks)
    if held < quantity_kg:
        raise Refused(RefusalCode.BALANCE_TOO_LOW, balance_kg=held, quantity_kg=quantity_kg)
    if len(blocks) > MOVEMENTS_MAX:
        fitting = sum(block.quantity_kg for block in blocks[:MOVEMENTS_MAX])
        raise Refused(RefusalCode.TOO_MANY_RANGES, ranges=len(blocks), fitting_kg=fitting)
    movements, left = [], quantity_kg
    for block in blocks:
        end = min(block.end, block.first + left)
        movements.append(Movement(block.batch, block.first, end, block.place, target))
        left -= end - block.first
    return tuple(movements)
