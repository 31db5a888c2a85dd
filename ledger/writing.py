"""Writing what a batch changed into the projections, a handful of statements for any batch.

The caller owns the transaction, and appends the entries in the same one: projections and log are
both there or neither.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, insert
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from contracts.books import Block, age
from contracts.values import Value
from ledger.log.canonical import encode_parsed
from ledger.log.entry import Entry
from ledger.overlay import Overlay
from ledger.tables import view_block, view_movement, view_row, view_supply

Values = dict[str, object]

_row = insert_or_update(view_row)
_UPSERT_ROW = _row.on_conflict_do_update(
    index_elements=[view_row.c.key],
    set_={"value": _row.excluded.value, "seq": _row.excluded.seq},
)
_supply = insert_or_update(view_supply)
_ADD_SUPPLY = _supply.on_conflict_do_update(
    index_elements=[view_supply.c.batch, view_supply.c.name],
    set_={"quantity_kg": view_supply.c.quantity_kg + _supply.excluded.quantity_kg},
)
_DELETE_BLOCK = delete(view_block).where(
    view_block.c.batch == bindparam("gone_batch"), view_block.c.first == bindparam("gone_first")
)


def write_changes(connection: Connection, overlay: Overlay, entries: Sequence[Entry]) -> None:
    """Bring the projections up to the last of `entries`, which the overlay has decided."""
    gone = [{"gone_batch": batch, "gone_first": first} for batch, first in overlay.blocks_gone]
    if gone:
        connection.execute(_DELETE_BLOCK, gone)
    blocks = [block_values(block) for block in overlay.blocks_new.values()]
    if blocks:
        connection.execute(insert(view_block), blocks)
    rows = [row_values(key, value, seq) for key, (value, seq) in overlay.rows_changed.items()]
    if rows:
        connection.execute(_UPSERT_ROW, rows)
    movements = [values for entry in entries for values in movement_values(entry)]
    if movements:
        connection.execute(insert(view_movement), movements)
    supply = [
        {"batch": batch, "name": name, "quantity_kg": change_kg}
        for (batch, name), change_kg in overlay.supply_changed.items()
        if change_kg
    ]
    if supply:
        connection.execute(_ADD_SUPPLY, supply)


def block_values(block: Block) -> Values:
    """Return a block as its table holds it."""
    return {
        "batch": block.batch,
        "first": block.first,
        "end": block.end,
        "place": block.place,
        "started": age(block.batch)[0],
    }


def row_values(key: str, value: Value, seq: int) -> Values:
    """Return a row as its table holds it."""
    return {"key": key, "value": encode_parsed(dict(value)).decode(), "seq": seq}


def movement_values(entry: Entry) -> Iterable[Values]:
    """Yield the movements of an entry as their table holds them."""
    for position, movement in enumerate(entry.movements):
        yield {
            "seq": entry.seq,
            "position": position,
            "batch": movement["batch"],
            "first": movement["first"],
            "end": movement["end"],
            "source": movement["from"],
            "target": movement["to"],
        }
