"""The books: the registry's state as the rules see it, and a copy of it in memory."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from contracts.values import ISSUE, Movement, Row, Value


class Block(NamedTuple):
    """Units [first, end) of a batch, all in one place.

    A tuple, because it is made often.
    """

    batch: str
    first: int
    end: int
    place: str

    @property
    def quantity_kg(self) -> int:
        """Kilograms in the block."""
        return self.end - self.first


class Books(Protocol):
    """What a rule may look at: rows by key, blocks by batch or by place. Never a clock."""

    def row(self, key: str) -> Value | None:
        """Return the row under `key`, or nothing."""
        ...

    def blocks(self, batch: str, first: int, end: int) -> tuple[Block, ...]:
        """Return the blocks of a batch that touch [first, end), in order of their numbers."""
        ...

    def holdings(self, place: str, quantity_kg: int) -> tuple[Block, ...]:
        """Return blocks in `place`, oldest first, until they hold `quantity_kg` or all are read.

        Oldest: start of the monitoring period, then batch id, then lowest number.
        """
        ...


def age(batch: str) -> tuple[str, str]:
    """Return what orders batches by age: start of the monitoring period, then the id."""
    return batch[10:18], batch


class BlocksError(Exception):
    """A movement does not fit the blocks: its units are not all in its source place."""


def cut(blocks: Iterable[Block], movement: Movement) -> tuple[Block, ...]:
    """Return the blocks that take the place of `blocks` once the movement has happened.

    `blocks` are the ones that touch the moved range and their neighbours. Adjacent blocks of
    one batch in one place are coalesced.

    Raises:
        BlocksError: some moved unit is not in the movement's source.
    """
    parts: list[Block] = []
    moved = 0
    _, moved_first, moved_end, source, target = movement
    for block in sorted(blocks):
        batch, first, end, place = block
        if end <= moved_first or first >= moved_end:
            parts.append(block)
            continue
        if place != source:
            raise BlocksError(f"{block} is not in {source}")
        if first < moved_first:
            parts.append(Block(batch, first, moved_first, place))
            first = moved_first
        stays = end > moved_end
        parts.append(Block(batch, first, moved_end if stays else end, target))
        moved += parts[-1].end - first
        if stays:
            parts.append(Block(batch, moved_end, end, place))
    if moved != moved_end - moved_first:
        raise BlocksError(f"{movement} moves units that do not exist")
    return _joined(parts)


def join(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Coalesce adjacent blocks of one batch in one place."""
    return _joined(sorted(blocks))


def _joined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    joined: list[Block] = []
    for block in blocks:
        if joined:
            batch, first, end, place = joined[-1]
            if end == block.first and place == block.place and batch == block.batch:
                joined[-1] = Block(batch, first, block.end, place)
                continue
        joined.append(block)
    return tuple(joined)


@dataclass(slots=True)
class MemoryBooks:
    """Books in memory: what the audit replays into and what tests compare with."""

    rows: dict[str, Value] = field(default_factory=dict)
    _firsts: dict[str, list[int]] = field(default_factory=dict)
    _blocks: dict[tuple[str, int], Block] = field(default_factory=dict)
    _places: dict[str, set[tuple[str, int]]] = field(default_factory=dict)

    def row(self, key: str) -> Value | None:
        """Return the row under `key`, or nothing."""
        return self.rows.get(key)

    def blocks(self, batch: str, first: int, end: int) -> tuple[Block, ...]:
        """Return the blocks of a batch that touch [first, end)."""
        firsts = self._firsts.get(batch, [])
        start = max(bisect_right(firsts, first) - 1, 0)
        found = []
        for number in firsts[start:]:
            if number >= end:
                break
            block = self._blocks[batch, number]
            if block.end > first:
                found.append(block)
        return tuple(found)

    def holdings(self, place: str, quantity_kg: int) -> tuple[Block, ...]:
        """Return blocks in `place`, oldest first, until they hold `quantity_kg`."""
        keys = sorted(self._places.get(place, ()), key=lambda key: (*age(key[0]), key[1]))
        found, total = [], 0
        for key in keys:
            if total >= quantity_kg:
                break
            found.append(self._blocks[key])
            total += self._blocks[key].quantity_kg
        return tuple(found)

    def all_blocks(self) -> Iterator[Block]:
        """Yield every block, by batch and number."""
        for key in sorted(self._blocks):
            yield self._blocks[key]

    def apply(self, movements: Iterable[Movement], rows: Iterable[Row]) -> None:
        """Post an outcome.

        Raises:
            BlocksError: a movement takes units that are not in its source place.
        """
        for movement in movements:
            self._move(movement)
        for row in rows:
            self.rows[row.key] = row.value

    def _move(self, movement: Movement) -> None:
        if movement.source == ISSUE:
            if self.blocks(movement.batch, movement.first, movement.end):
                raise BlocksError(f"{movement} issues units that exist")
            self._put(Block(movement.batch, movement.first, movement.end, movement.target))
            return
        touched = self.blocks(movement.batch, max(movement.first - 1, 0), movement.end + 1)
        after = cut(touched, movement)
        for block in touched:
            del self._blocks[block.batch, block.first]
            self._firsts[block.batch].remove(block.first)
            self._places[block.place].discard((block.batch, block.first))
        for block in after:
            self._put(block)

    def _put(self, block: Block) -> None:
        self._blocks[block.batch, block.first] = block
        insort(self._firsts.setdefault(block.batch, []), block.first)
        self._places.setdefault(block.place, set()).add((block.batch, block.first))
