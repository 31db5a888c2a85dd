"""The books of a batch: the stored books, and over them what the batch's own orders change.

Each order of a batch sees its predecessors through one overlay. Nothing is written before the
end, so a refused order leaves nothing behind. What is loaded stays loaded: the caller holds the
lock, so the stored books cannot change underneath.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from contracts.books import Block, BlocksError, cut
from contracts.invariants import supply_changes
from contracts.values import ISSUE, MOVEMENTS_MAX, Movement, Row, Value
from ledger.books.hints import Wanted
from ledger.books.loaded import BlockKey, LoadedBlocks, Place
from ledger.books.projection import StoredBooks

FIRST_BLOCKS: Final = 4
MORE_BLOCKS: Final = 8
"""So many blocks of a place are loaded first, and so many times more each time it wants more."""

HOLDINGS_PAGE: Final = 200


class Overlay:
    """Books for deciding a batch; afterwards, what the batch changed.

    Attributes:
        rows_changed: Key to (value, seq) of the rows to be written.
        supply_changed: What to add to each (batch, supply name), in kg.
    """

    __slots__ = ("_loaded", "_rows", "_stored", "rows_changed", "supply_changed")

    def __init__(self, stored: StoredBooks) -> None:
        self._stored = stored
        self._rows: dict[str, Value | None] = {}
        self._loaded = LoadedBlocks()
        self.rows_changed: dict[str, tuple[Value, int]] = {}
        self.supply_changed: dict[tuple[str, str], int] = {}

    @property
    def blocks_gone(self) -> set[BlockKey]:
        """Keys of stored blocks that are no more."""
        return self._loaded.gone

    @property
    def blocks_new(self) -> dict[BlockKey, Block]:
        """Blocks to be written, by key."""
        return self._loaded.new

    def prefetch_rows(self, keys: Iterable[str]) -> None:
        """Load rows that orders are likely to ask for, in one statement."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._rows]
        if missing:
            found = self._stored.rows(missing)
            self._rows |= {key: found.get(key) for key in missing}

    def prefetch_holdings(self, wanted: Mapping[str, Wanted]) -> None:
        """Load the oldest blocks of places as far as they are wanted, and the blocks beside them.

        No order takes more than 128 blocks, so the rounds are few however small the blocks are.
        """
        limit, left = FIRST_BLOCKS, wanted
        loaded: list[Block] = []
        while left:
            blocks = self._stored.first_in_places(left, limit)
            left = self._take_first(blocks, left, limit)
            loaded.extend(blocks)
            limit *= MORE_BLOCKS
        self._load_beside(loaded)

    def prefetch_units(self, named: Iterable[tuple[str, int, int]]) -> None:
        """Load the blocks that hold the first units of (batch, first, end), and those beside.

        Units that one place holds lie in one block, so an order that names more is refused.
        """
        # What lies before unit first + 1 is the block that holds unit first.
        asked = [Block(batch, first + 1, end, "") for batch, first, end in named]
        if asked:
            blocks = self._stored.beside(asked)
            for block in blocks:
                self._loaded.load(block)
            self._load_beside(blocks)

    def _take_first(
        self, blocks: Sequence[Block], wanted: Mapping[str, Wanted], limit: int
    ) -> dict[str, Wanted]:
        """Take in the oldest blocks of places; return the places that want more of them."""
        counts, held_kg = dict.fromkeys(wanted, 0), dict.fromkeys(wanted, 0)
        for block in blocks:
            counts[block.place] += 1
            held_kg[block.place] += block.quantity_kg
            self._loaded.load(block)
            self._loaded.place(block.place).read_up_to(block)
        for name, count in counts.items():
            self._loaded.place(name).complete = count < limit
        return {
            name: want
            for name, want in wanted.items()
            if counts[name] == limit
            and held_kg[name] < want.quantity_kg
            and limit < want.orders * MOVEMENTS_MAX
        }

    def _load_beside(self, blocks: Sequence[Block]) -> None:
        """Load what lies directly before and after blocks, and learn where their batches end."""
        loaded = self._loaded
        alone = [block for block in blocks if not self._has_neighbours(block)]
        if not alone:
            return
        beside = self._stored.beside(alone)
        for block in beside:
            loaded.load(block)
        starts = {(block.batch, block.first) for block in beside}
        for block in alone:
            units = loaded.units(block.batch)
            # New units may have been issued behind the last stored ones.
            if (block.batch, block.end) not in starts and units.firsts[-1] < block.end:
                units.end = block.end

    def _has_neighbours(self, block: Block) -> bool:
        units = self._loaded.units(block.batch)
        after = block.end in units.blocks or block.end == units.end
        return after and (block.first == 0 or bool(units.run(block.first - 1, block.first)[0]))

    def row(self, key: str) -> Value | None:
        """Return the row under `key`, or nothing."""
        try:
            return self._rows[key]
        except KeyError:
            self._rows[key] = found = self._stored.row(key)
            return found

    def blocks(self, batch: str, first: int, end: int) -> tuple[Block, ...]:
        """Return the blocks of a batch that touch [first, end), in order of their numbers."""
        units = self._loaded.units(batch)
        if units.end is not None and end > units.end:
            end = units.end
        found, reached = units.run(first, end)
        if reached < end:
            # Blocks lie side by side from 0 on, so whatever comes next has not been loaded, or
            # the batch ends here.
            for block in self._stored.blocks(batch, reached, end):
                self._loaded.load(block)
            found, reached = units.run(first, end)
            if reached < end:
                units.end = reached
        return tuple(found)

    def holdings(self, place: str, quantity_kg: int) -> tuple[Block, ...]:
        """Return blocks in `place`, oldest first, until they hold `quantity_kg`."""
        known = self._loaded.place(place)
        order = known.order
        found: list[Block] = []
        total_kg = position = 0
        while total_kg < quantity_kg:
            if not known.complete and (
                position == len(order) or order[position][0] > known.reached
            ):
                self._read_on(place, known)
                continue
            if position == len(order):
                break
            block = order[position][1]
            found.append(block)
            total_kg += block.end - block.first
            position += 1
        return tuple(found)

    def _read_on(self, name: str, known: Place) -> None:
        """Load the next stored blocks of a place."""
        page = self._stored.page_in_place(name, after=known.last, limit=HOLDINGS_PAGE)
        for block in page:
            self._loaded.load(block)
        if page:
            known.read_up_to(page[-1])
        known.complete = len(page) < HOLDINGS_PAGE
        self._load_beside(page)

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
        supply = self.supply_changed
        for name, change_kg in supply_changes(movements).items():
            supply[name] = supply.get(name, 0) + change_kg

    def _move(self, movement: Movement) -> None:
        batch = movement.batch
        if movement.source == ISSUE:
            if self.blocks(batch, movement.first, movement.end):
                raise BlocksError(f"{movement} issues units that exist")
            self._loaded.units(batch).end = None
            self._loaded.put(Block(batch, movement.first, movement.end, movement.target))
            return
        touched = self.blocks(batch, max(movement.first - 1, 0), movement.end + 1)
        self._loaded.exchange(touched, cut(touched, movement))
