"""Reading a log from its tiles, believing nothing but a size and a root.

The partial tiles on the tree's right edge are hashed together into the root; every full tile is
hashed into the one hash that the tile above holds of it. No hash is used before that.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Final

from .merkle import EMPTY_ROOT, leaf_hash, node_hash
from .tiles import (
    ENTRIES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileError,
    parse_bundle,
    parse_tile,
    width_at,
)

KEPT_MAX: Final = 256
"""Full tiles that are kept in memory, about 36 KB each."""

_Pyramid = tuple[tuple[bytes, ...], ...]
"""A tile's hashes, and above them those of each pair, of each four … as far as there are any."""


class TileMissingError(TileError):
    """There is no such file. What fetches says so by this, and then the full tile is tried."""


class TileReader:
    """A tree of known size and root, read from tiles.

    `subtree` serves `merkle.inclusion_path` and `merkle.consistency_path`.

    Args:
        fetch: Returns the bytes at a path such as "tile/0/000", or raises `TileMissingError`;
            whatever else it raises goes through. It should refuse to read more than
            `tiles.BUNDLE_SIZE_MAX` bytes.
        size: Number of entries that a checkpoint signs.
        root: The root that it signs.
    """

    def __init__(self, fetch: Callable[[str], bytes], size: int, root: bytes) -> None:
        self._fetch = fetch
        self._size = size
        self._root = root
        self._edge: dict[int, _Pyramid] | None = None
        self._kept: OrderedDict[tuple[int, int], _Pyramid] = OrderedDict()

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._size

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of the 2^level entries from index * 2^level on.

        Raises:
            ValueError: the tree does not hold all of these entries.
            TileError: a tile is missing, or does not lead to the root.
        """
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            raise ValueError(f"no subtree {index} of level {level} in a tree of {self._size}")
        tile_level, inner = divmod(level, TILE_HEIGHT)
        tile_index, place = divmod(index, TILE_WIDTH >> inner)
        return self._pyramid(tile_level, tile_index)[inner][place]

    def entries(self, first: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the entries [first, end), each compared with its leaf hash.

        Raises:
            ValueError: the tree does not hold all of these entries.
            TileError: a tile or bundle is missing or damaged; the text names the entry.
        """
        end = self._size if end is None else end
        if not 0 <= first <= end <= self._size:
            raise ValueError(f"no entries {first} to {end} in a tree of {self._size}")
        for index in range(first // TILE_WIDTH, -(-end // TILE_WIDTH)):
            start = index * TILE_WIDTH
            hashes = self._pyramid(0, index)[0]
            bundle = self._bundle(index)
            for place in range(max(first - start, 0), min(end - start, TILE_WIDTH)):
                if leaf_hash(bundle[place]) != hashes[place]:
                    raise TileError(f"entry {start + place} is not the one in the tree")
                yield bundle[place]

    def _pyramid(self, level: int, index: int) -> _Pyramid:
        """Return a tile that leads to the root."""
        if self._edge is None:
            self._edge = self._read_edge()
        if width_at(level, index, self._size) < TILE_WIDTH:
            return self._edge[level]
        if (kept := self._kept.get((level, index))) is not None:
            self._kept.move_to_end((level, index))
            return kept
        above, place = divmod(index, TILE_WIDTH)
        expected = self._pyramid(level + 1, above)[0][place]
        pyramid = _pyramid(self._read(Tile(level, index)))
        if pyramid[TILE_HEIGHT][0] != expected:
            raise TileError(f"{Tile(level, index).path} is not the tile in the tree")
        self._kept[level, index] = pyramid
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return pyramid

    def _read_edge(self) -> dict[int, _Pyramid]:
        """Read the partial tile of each level that has one; together they make the root."""
        edge = {}
        reached: bytes | None = None
        level, count = 0, self._size
        while count:
            index, width = divmod(count, TILE_WIDTH)
            if width:
                edge[level] = _pyramid(self._read(Tile(level, index, width)))
                reached = _join(edge[level], reached)
            level, count = level + 1, index
        if (EMPTY_ROOT if reached is None else reached) != self._root:
            raise TileError(f"the tiles of size {self._size} lead to another root")
        return edge

    def _read(self, tile: Tile) -> tuple[bytes, ...]:
        try:
            return parse_tile(self._fetch(tile.path), tile.width)
        except TileMissingError:
            if tile.is_full:
                raise
            # A log may delete a partial tile once the full one is there.
            return parse_tile(self._fetch(tile.full.path), TILE_WIDTH)[: tile.width]

    def _bundle(self, index: int) -> tuple[bytes, ...]:
        tile = Tile(ENTRIES, index, width_at(ENTRIES, index, self._size))
        try:
            return parse_bundle(self._fetch(tile.path), tile.width)
        except TileMissingError:
            if tile.is_full:
                raise
            return parse_bundle(self._fetch(tile.full.path), TILE_WIDTH)[: tile.width]


def _pyramid(hashes: tuple[bytes, ...]) -> _Pyramid:
    rows = [hashes]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append(tuple(node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)))
    return tuple(rows)


def _join(pyramid: _Pyramid, right: bytes | None) -> bytes:
    """Hash a partial tile's perfect subtrees, the smallest first, to the left of `right`."""
    for row in pyramid:
        if len(row) % 2:
            right = row[-1] if right is None else node_hash(row[-1], right)
    if right is None:
        raise ValueError("a tile without hashes")
    return right
