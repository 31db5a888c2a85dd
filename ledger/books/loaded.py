"""The blocks that a batch knows: loaded ones and new ones, by batch and by place.

Both indexes are sorted lists: a batch of orders touches some hundred blocks, and moving pointers
along in a short list costs less than any tree.
"""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from contracts.books import Block, age

BlockKey: TypeAlias = tuple[str, int]
PlaceKey: TypeAlias = tuple[str, int]
"""What sorts the blocks of a place by age: start of the period and batch id, lowest number."""


def place_key(block: Block) -> PlaceKey:
    """Return what sorts a block among those of its place, oldest first."""
    return _age_text(block.batch), block.first


@lru_cache(maxsize=1_024)
def _age_text(batch: str) -> str:
    return "".join(age(batch))


@dataclass(slots=True)
class Units:
    """The known blocks of one batch.

    Attributes:
        end: Where the batch ends at the latest, if that is known.
    """

    end: int | None = None
    firsts: list[int] = field(default_factory=list)
    blocks: dict[int, Block] = field(default_factory=dict)

    def run(self, first: int, end: int) -> tuple[list[Block], int]:
        """Return the known blocks from the one that holds `first` on, and where they end."""
        position = bisect_right(self.firsts, first) - 1
        block = self.blocks[self.firsts[position]] if position >= 0 else None
        found: list[Block] = []
        reached = first
        while block is not None and block.end > reached:
            found.append(block)
            reached = block.end
            block = self.blocks.get(reached) if reached < end else None
        return found, reached


@dataclass(slots=True)
class Place:
    """The known blocks of one place, oldest first.

    Attributes:
        last: The stored blocks are known up to this one, and `reached` is its key.
        complete: All stored blocks are known.
        order: The key of each known block, and the block; also of such as lie behind `last`.
    """

    last: Block | None = None
    reached: PlaceKey = ("", 0)
    complete: bool = False
    order: list[tuple[PlaceKey, Block]] = field(default_factory=list)

    def read_up_to(self, block: Block) -> None:
        """Take note that the stored blocks are known up to this one."""
        self.last, self.reached = block, place_key(block)


class LoadedBlocks:
    """Blocks by batch and number, and by place and age.

    Attributes:
        gone: Keys of stored blocks that are no more.
        new: Blocks that are not stored yet, by key.
    """

    __slots__ = ("_batches", "_places", "gone", "new")

    def __init__(self) -> None:
        self._batches: dict[str, Units] = {}
        self._places: dict[str, Place] = {}
        self.gone: set[BlockKey] = set()
        self.new: dict[BlockKey, Block] = {}

    def units(self, batch: str) -> Units:
        """Return the known blocks of a batch."""
        units = self._batches.get(batch)
        if units is None:
            units = self._batches[batch] = Units()
        return units

    def place(self, name: str) -> Place:
        """Return the known blocks of a place."""
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = Place()
        return place

    def load(self, block: Block) -> None:
        """Take a stored block in, unless its units are known already."""
        if (block.batch, block.first) not in self.gone:
            units = self.units(block.batch)
            if block.first not in units.blocks:
                self._insert(units, block)

    def exchange(self, before: tuple[Block, ...], after: tuple[Block, ...]) -> None:
        """Put blocks of one batch in the place of others that cover the same units."""
        units = self.units(before[0].batch)
        old = {block.first: block for block in before}
        new = []
        for block in after:
            was = old.get(block.first)
            if was is not None and was.place == block.place:
                del old[block.first]
                if was.end != block.end:
                    self._lengthen(units, block)
            else:
                new.append(block)
        for block in old.values():
            self._remove(units, block)
        for block in new:
            self.put(block)

    def put(self, block: Block) -> None:
        """Take a new block in."""
        self.new[block.batch, block.first] = block
        self._insert(self.units(block.batch), block)

    def _insert(self, units: Units, block: Block) -> None:
        units.blocks[block.first] = block
        insort(units.firsts, block.first)
        insort(self.place(block.place).order, (place_key(block), block))

    def _lengthen(self, units: Units, block: Block) -> None:
        """Give a block another end; it keeps its key and its place."""
        key = block.batch, block.first
        if key not in self.new:
            self.gone.add(key)
        self.new[key] = units.blocks[block.first] = block
        order = self.place(block.place).order
        sorted_by = place_key(block)
        order[bisect_left(order, (sorted_by,))] = sorted_by, block

    def _remove(self, units: Units, block: Block) -> None:
        key = block.batch, block.first
        if self.new.pop(key, None) is None:
            self.gone.add(key)
        del units.blocks[block.first]
        del units.firsts[bisect_left(units.firsts, block.first)]
        order = self.place(block.place).order
        del order[bisect_left(order, (place_key(block),))]
