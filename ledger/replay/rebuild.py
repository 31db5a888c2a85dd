"""Creating the projections, and making them anew from the log.

The new tables are filled under another name and then take the place of the old ones, in one
transaction. If we crash on the way, the old ones are still there.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeAlias

from sqlalchemy import Connection, Engine, MetaData, Table, func, inspect, select, text
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from ledger import store
from ledger.books.writing import movement_values
from ledger.database import roles
from ledger.database.bulk import Values, insert_many
from ledger.database.engine import is_postgres, take_time
from ledger.database.tables import (
    PROJECTIONS,
    log_entry,
    view_block,
    view_head,
    view_movement,
    view_row,
    view_supply,
)
from ledger.log.entry import parse_entry
from ledger.progress import Progress
from ledger.replay.replay import ReplayState

Filled: TypeAlias = tuple[ReplayState, list[Values]]
"""Where a replay stands, and the movements since the page before."""

SHADOW: Final = "shadow_"
PAGE_ROWS: Final = 1_000


def create_projections(connection: Connection) -> None:
    """Create the projections where there are none yet; they are empty, so the log must be too."""
    if inspect(connection).has_table(view_head.name):
        return
    for table in PROJECTIONS:
        connection.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
    store.create_head(connection)


def rebuild(engine: Engine, progress: Progress | None = None) -> None:
    """Make every projection anew from the log, taking each entry's outcome as it stands.

    Args:
        engine: The write engine.
        progress: Called with (entries done, entries in all).

    Raises:
        TamperedError, ChainError: an entry does not hash to its stored digest or does not
            continue the chain. Stop; never repair.
    """
    with engine.begin() as connection:
        take_time(connection)
        fill_from_log(connection, progress)


def fill_from_log(connection: Connection, progress: Progress | None = None) -> None:
    """As `rebuild`, inside the caller's transaction."""
    total = connection.execute(select(func.count()).select_from(log_entry)).scalar_one()
    fill(connection, _replayed(connection, total, progress))


def fill(connection: Connection, pages: Iterable[Filled]) -> None:
    """Make every projection anew from a replay, inside the caller's transaction."""
    if is_postgres(connection):
        # Orders wait from here on, reading goes on. Were they to wait for the head's row instead,
        # they would hold its table, and the swap would wait for them.
        connection.execute(text(f"LOCK TABLE {view_head.name} IN EXCLUSIVE MODE"))
    shadows = _create_shadows(connection)
    _fill(connection, shadows, pages)
    _swap(connection)


def _create_shadows(connection: Connection) -> dict[str, Table]:
    metadata = MetaData()
    shadows = {}
    for table in PROJECTIONS:
        shadow = table.to_metadata(metadata, name=SHADOW + table.name)
        connection.execute(DropTable(shadow, if_exists=True))
        connection.execute(CreateTable(shadow))
        shadows[table.name] = shadow
    return shadows


def _replayed(connection: Connection, total: int, progress: Progress | None) -> Iterator[Filled]:
    state = ReplayState()
    movements: list[Values] = []
    for content in store.read(connection, 0, total):
        entry = parse_entry(content)
        state.take(entry)
        movements.extend(movement_values(entry))
        if entry.seq % PAGE_ROWS == 0:
            yield state, movements
            movements = []
            if progress:
                progress(entry.seq, total)
    yield state, movements


def _fill(connection: Connection, tables: dict[str, Table], pages: Iterable[Filled]) -> None:
    """Fill empty tables: movements page by page, everything else from the last state."""
    state = ReplayState()
    for reached, movements in pages:
        state = reached
        if movements:
            insert_many(connection, tables[view_movement.name], movements)
    for table, values in (
        (view_row, state.row_table()),
        (view_block, state.block_table()),
        (view_supply, state.supply_table()),
        (view_head, iter([store.head_values(state.head())])),
    ):
        while page := list(islice(values, PAGE_ROWS)):
            insert_many(connection, tables[table.name], page)


def _swap(connection: Connection) -> None:
    for table in PROJECTIONS:
        connection.execute(DropTable(table, if_exists=True))
        connection.execute(text(f"ALTER TABLE {SHADOW}{table.name} RENAME TO {table.name}"))
        # Dropping the old table has dropped its indexes, so their names are free.
        if is_postgres(connection):
            key = f"{table.name}_pkey"
            connection.execute(text(f"ALTER INDEX {SHADOW}{key} RENAME TO {key}"))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
    if is_postgres(connection):
        roles.grant(connection)
