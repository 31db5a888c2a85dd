"""The books of a batch: the stored books, and over them what the batch's own orders change.

Each order of a batch sees its predecessors through one overlay. Nothing is written before the
end, so a refused order leaves nothing behind. What is loaded stays loaded: the caller holds the
lock, so the stored books cannot change underneath.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import Final, TypeAlias

from contracts.books import Block, BlocksError, age, cut
from contracts.invariants import supply_changes
from contracts.values import ISSUE, Movement, Row, Value
from ledger.projection import StoredBooks

BlockKey: TypeAlias = tuple[str, int]
FIRST_BLOCKS: Final = 4
HOLDINGS_PAGE: Final = 200


@dataclass(slots=True)
class _Holdings:
    """The stored blocks of one place, read from the oldest on as far as was asked for."""

    blocks: list[Block] = field(default_factory=list)
    complete: bool = False


def _by_age(block: Block) -> tuple[str, str, int]:
    return (*age(block.batch), block.first)


class Overlay:
    """Books for deciding a batch; afterwards, what the batch changed.

    Attributes:
        rows_changed: Key to (value, seq) of the rows to be written.
        blocks_gone: Keys of stored blocks that are no more.
        blocks_new: Blocks to be written, by key.
        supply_changed: What to add to each (batch, supply name), in kg.
    """

    __slots__ = (
        "_firsts",
        "_held",
        "_known",
        "_limits",
        "_new_in_place",
        "_rows",
        "_stored",
        "blocks_gone",
        "blocks_new",
        "rows_changed",
        "supply_changed",
    )

    def __init__(self, stored: StoredBooks) -> None:
        self._stored = stored
        self._rows: dict[str, Value | None] = {}
        self._firsts: dict[str, list[int]] = {}
        self._known: dict[BlockKey, Block] = {}
        self._limits: dict[str, int] = {}
        self._held: dict[str, _Holdings] = {}
        self._new_in_place: dict[str, dict[BlockKey, Block]] = {}
        self.rows_changed: dict[str, tuple[Value, int]] = {}
        self.blocks_gone: set[BlockKey] = set()
        self.blocks_new: dict[BlockKey, Block] = {}
        self.supply_changed: dict[tuple[str, str], int] = {}

    def prefetch_rows(self, keys: Iterable[str]) -> None:
        """Load rows that orders are likely to ask for, in one statement."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._rows]
        if missing:
            found = self._stored.rows(missing)
            self._rows |= {key: found.get(key) for key in missing}

    def prefetch_holdings(self, places: Iterable[str]) -> None:
        """Load the oldest blocks of places and the blocks beside them, in two statements."""
        asked = [place for place in dict.fromkeys(places) if place not in self._held]
        if not asked:
            return
        for place in asked:
            self._held[place] = _Holdings()
        blocks = self._stored.first_in_places(asked, FIRST_BLOCKS)
        for block in blocks:
            self._held[block.place].blocks.append(block)
            self._load(block)
        for place in asked:
            held = self._held[place]
            held.complete = len(held.blocks) < FIRST_BLOCKS
        for block in self._stored.beside(blocks):
            self._load(block)
        for block in blocks:
            if (block.batch, block.end) not in self._known:
                self._limits[block.batch] = block.end

    def row(self, key: str) -> Value | None:
        """Return the row under `key`, or nothing."""
        try:
            return self._rows[key]
        except KeyError:
            self._rows[key] = found = self._stored.row(key)
            return found

    def blocks(self, batch: str, first: int, end: int) -> tuple[Block, ...]:
        """Return the blocks of a batch that touch [first, end), in order of their numbers."""
        end = min(end, self._limits.get(batch, end))
        found, reached = self._contiguous(batch, first, end)
        if reached < end:
            # Blocks lie side by side from 0 on, so whatever comes next has not been loaded, or
            # the batch ends here.
            for block in self._stored.blocks(batch, reached, end):
                self._load(block)
            found, reached = self._contiguous(batch, first, end)
            if reached < end:
                self._limits[batch] = reached
        return tuple(found)

    def _contiguous(self, batch: str, first: int, end: int) -> tuple[list[Block], int]:
        """Return the known blocks from the one that holds `first` on, and where they end."""
        firsts = self._firsts.get(batch, [])
        position = bisect_right(firsts, first) - 1
        found: list[Block] = []
        reached = first
        if position < 0:
            return found, reached
        for number in firsts[position:]:
            if number > reached or number >= end:
                break
            block = self._known[batch, number]
            if block.end > first:
                found.append(block)
                reached = block.end
        return found, reached

    def holdings(self, place: str, quantity_kg: int) -> tuple[Block, ...]:
        """Return blocks in `place`, oldest first, until they hold `quantity_kg`."""
        gone = self.blocks_gone
        stored = (b for b in self._stored_in(place) if (b.batch, b.first) not in gone)
        new = sorted(self._new_in_place.get(place, {}).values(), key=_by_age)
        found: list[Block] = []
        total_kg = 0
        for block in merge(stored, new, key=_by_age) if new else stored:
            if total_kg >= quantity_kg:
                break
            found.append(block)
            total_kg += block.quantity_kg
        return tuple(found)

    def _stored_in(self, place: str) -> Iterator[Block]:
        held = self._held.setdefault(place, _Holdings())
        position = 0
        while True:
            while position < len(held.blocks):
                yield held.blocks[position]
                position += 1
            if held.complete:
                return
            after = held.blocks[-1] if held.blocks else None
            page = self._stored.page_in_place(place, after=after, limit=HOLDINGS_PAGE)
            held.complete = len(page) < HOLDINGS_PAGE
            held.blocks.extend(page)
            for block in page:
                self._load(block)

    def _load(self, block: Block) -> None:
        """Take a stored block into the known ones, unless its units are known already."""
        key = (block.batch, block.first)
        if key in self.blocks_gone or key in self._known:
            return
        self._known[key] = block
        insort(self._firsts.setdefault(block.batch, []), block.first)

    def apply(self, movements: Sequence[Movement], rows: Iterable[Row], seq: int) -> None:
        """Post the outcome of entry `seq`.

        Raises:
            BlocksError: a movement takes units that are not in its source place.
        """
        for movement in movements:
            self._move(movement)
        for row in rows:
            self._rows[row.key] = row.value
            self.rows_changed[row.key] = (row.value, seq)
        for name, change_kg in supply_changes(movements).items():
            self.supply_changed[name] = self.supply_changed.get(name, 0) + change_kg

    def _move(self, movement: Movement) -> None:
        batch = movement.batch
        if movement.source == ISSUE:
            if self.blocks(batch, movement.first, movement.end):
                raise BlocksError(f"{movement} issues units that exist")
            self._limits.pop(batch, None)
            self._put(Block(batch, movement.first, movement.end, movement.target))
            return
        touched = self.blocks(batch, max(movement.first - 1, 0), movement.end + 1)
        gone = {block.first: block for block in touched}
        changed = []
        for block in cut(touched, movement):
            if gone.get(block.first) == block:
                del gone[block.first]
            else:
                changed.append(block)
        for block in gone.values():
            self._remove(block)
        for block in changed:
            self._put(block)

    def _remove(self, block: Block) -> None:
        key = (block.batch, block.first)
        del self._known[key]
        firsts = self._firsts[block.batch]
        del firsts[bisect_right(firsts, block.first) - 1]
        if self.blocks_new.pop(key, None) is None:
            self.blocks_gone.add(key)
        else:
            del self._new_in_place[block.place][key]

    def _put(self, block: Block) -> None:
        key = (block.batch, block.first)
        self._known[key] = block
        insort(self._firsts.setdefault(block.batch, []), block.first)
        self.blocks_new[key] = block
        self._new_in_place.setdefault(block.place, {})[key] = block
