"""Writing what a batch changed into the projections, a handful of statements for any batch.

The caller owns the transaction, and appends the entries in the same one: projections and log are
both there or neither.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from contracts.books import Block, age
from contracts.values import Value
from ledger.books.overlay import Overlay
from ledger.database.bulk import Values, delete_many, insert_many, upsert_many
from ledger.database.tables import view_block, view_movement, view_row, view_supply
from ledger.log.canonical import encode_parsed
from ledger.log.entry import Entry


def write_changes(connection: Connection, overlay: Overlay, entries: Sequence[Entry]) -> None:
    """Bring the projections up to the last of `entries`, which the overlay has decided."""
    gone: list[Values] = [{"batch": batch, "first": first} for batch, first in overlay.blocks_gone]
    delete_many(connection, view_block, gone)
    insert_many(
        connection, view_block, [block_values(block) for block in overlay.blocks_new.values()]
    )
    rows = [row_values(key, value, seq) for key, (value, seq) in overlay.rows_changed.items()]
    upsert_many(connection, view_row, rows)
    movements = [values for entry in entries for values in movement_values(entry)]
    insert_many(connection, view_movement, movements)
    supply: list[Values] = [
        {"batch": batch, "name": name, "quantity_kg": change_kg}
        for (batch, name), change_kg in overlay.supply_changed.items()
        if change_kg
    ]
    upsert_many(connection, view_supply, supply, added="quantity_kg")


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
