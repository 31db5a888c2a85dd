"""Audit of the projections: every row, block, movement, supply and hash against the replay."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from sqlalchemy import Connection, Table, func, select

from contracts.books import Block
from contracts.ranges import Range, tiles
from contracts.values import SUPPLY_NAMES, place_kind
from ledger.audit.findings import Findings
from ledger.audit.log_entries import LogAudit, raw
from ledger.database.bulk import Values
from ledger.database.tables import (
    log_subtree,
    view_block,
    view_head,
    view_movement,
    view_row,
    view_supply,
)
from ledger.replay.replay import ReplayState
from ledger.store import head_values

_PAGE = 1_000


def check_views(connection: Connection, audit: LogAudit) -> None:
    """Compare what is stored beside the entries with what follows from them."""
    state, findings = audit.redecider.state, audit.findings
    head = {**head_values(state.head()), "frontier": audit.tree.to_bytes()}
    for table, expected in (
        (view_head, iter([head])),
        (log_subtree, _subtree_table(audit)),
        (view_row, state.row_table()),
        (view_block, state.block_table()),
        (view_supply, state.supply_table()),
    ):
        with findings.reading(table.name):
            _compare(connection, table, expected, findings)
    with findings.reading(view_movement.name):
        statement = select(func.count()).select_from(view_movement)
        count = connection.execute(statement).scalar_one()
        if count != audit.movements:
            findings.add(view_movement.name, f"has {count} rows, the log {audit.movements}")
    _check_batches(state, findings)


def _subtree_table(audit: LogAudit) -> Iterator[Values]:
    for (level, position), digest in sorted(audit.subtrees.items()):
        yield {"level": level, "position": position, "hash": digest}


def _compare(
    connection: Connection, table: Table, expected: Iterable[Values], findings: Findings
) -> None:
    """Compare a table with what it must hold, row by row and value by value."""
    key = [column.name for column in table.primary_key]
    wanted = {tuple(values[name] for name in key): values for values in expected}
    for row in connection.execute(select(*raw(table))).yield_per(_PAGE).mappings():
        name = tuple(row[part] for part in key)
        values = wanted.pop(name, None)
        where = f"{table.name} {'/'.join(str(part) for part in name)}"
        if values is None:
            findings.add(where, "stands there, but does not follow from the log")
            continue
        for column, value in values.items():
            if type(row[column]) is not type(value) or row[column] != value:
                findings.add(where, f"{column} is not what the log yields")
    for name in wanted:
        findings.add(f"{table.name} {'/'.join(str(part) for part in name)}", "is missing")


def _check_batches(state: ReplayState, findings: Findings) -> None:
    """Check that blocks tile each batch, and that supply is their sum: per batch and in total."""
    for batch, blocks in groupby(state.books.all_blocks(), key=lambda block: block.batch):
        supply = {name: kg for (owner, name), kg in state.supply.items() if owner == batch}
        _check_batch(batch, tuple(blocks), supply, findings)


def _check_batch(
    batch: str, blocks: tuple[Block, ...], supply: dict[str, int], findings: Findings
) -> None:
    gross_kg = supply.pop("gross", 0)
    if not tiles((Range(block.first, block.end) for block in blocks), Range(0, max(gross_kg, 1))):
        findings.add(f"batch {batch}", f"its blocks do not tile [0, {gross_kg})")
    if sum(supply.values()) != gross_kg:
        findings.add(f"batch {batch}", "supply identity: its parts do not add up to gross")
    summed = dict.fromkeys(supply, 0)
    for block in blocks:
        name = SUPPLY_NAMES[place_kind(block.place)]
        summed[name] = summed.get(name, 0) + block.quantity_kg
    if summed != supply:
        findings.add(f"batch {batch}", "its supply is not the sum of its blocks")
