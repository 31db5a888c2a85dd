"""Replay: the books that follow from entries, one after the other, in memory.

Used to rebuild the projections (which takes the entries' outcomes as they stand) and by audit and
import (which decide every order again first).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from contracts.books import MemoryBooks
from contracts.invariants import supply_changes
from contracts.values import Movement, Row
from ledger.books.writing import block_values, row_values
from ledger.database.bulk import Values
from ledger.log.entry import Entry
from ledger.log.verify import ChainState, follow
from ledger.store import Head

SupplyKey: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class ReplayState:
    """Everything that follows from the entries so far.

    Attributes:
        chain: Size, last leaf hash, time, origin and the tree's edge.
        books: Rows and blocks.
        row_seqs: Which entry last wrote each row.
        supply: Kilograms by (batch, name).
    """

    chain: ChainState = field(default_factory=ChainState)
    books: MemoryBooks = field(default_factory=MemoryBooks)
    row_seqs: dict[str, int] = field(default_factory=dict)
    supply: dict[SupplyKey, int] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Add the next entry, taking its outcome as it stands.

        Raises:
            ChainError: it does not continue the chain.
            BlocksError: a movement takes units that are not in its source place.
        """
        self.chain = follow(self.chain, entry)
        post(self, entry.seq, *outcome_of(entry))

    def head(self) -> Head:
        """Return the head that follows from the entries."""
        chain = self.chain
        return Head(
            size=chain.size, leaf_hash=chain.head, at_us=chain.at_us, frontier=chain.frontier
        )

    def row_table(self) -> Iterator[Values]:
        """Yield what `view_row` must hold, by key."""
        for key in sorted(self.books.rows):
            yield row_values(key, self.books.rows[key], self.row_seqs[key])

    def block_table(self) -> Iterator[Values]:
        """Yield what `view_block` must hold, by batch and number."""
        return (block_values(block) for block in self.books.all_blocks())

    def supply_table(self) -> Iterator[Values]:
        """Yield what `view_supply` must hold, by batch and name."""
        for batch, name in sorted(self.supply):
            yield {"batch": batch, "name": name, "quantity_kg": self.supply[batch, name]}


def post(state: ReplayState, seq: int, movements: Sequence[Movement], rows: Sequence[Row]) -> None:
    """Post the outcome of entry `seq` to the books of a replay.

    Raises:
        BlocksError: a movement takes units that are not in its source place.
    """
    state.books.apply(movements, rows)
    state.row_seqs.update((row.key, seq) for row in rows)
    for key, change_kg in supply_changes(movements).items():
        state.supply[key] = state.supply.get(key, 0) + change_kg


def outcome_of(entry: Entry) -> tuple[Sequence[Movement], Sequence[Row]]:
    """Return an entry's outcome as the rules speak of it."""
    movements = [
        Movement(item["batch"], item["first"], item["end"], item["from"], item["to"])
        for item in entry.movements
    ]
    return movements, [Row(item["key"], item["value"]) for item in entry.rows]
