"""Tiles and entry bundles by c2sp.org/tlog-tiles: which files make up a tree, and their bytes.

    tile/<level>/<index>[.p/<width>]       width hashes of 32 bytes; 256 in a full tile
    tile/entries/<index>[.p/<width>]       width entries, each after its length in two bytes

Hash i of tile n at level l covers the entries [(n * 256 + i) * 256^l, (n * 256 + i + 1) * 256^l).
The index is written in groups of three digits, all but the last after an x: 1234067 is
x001/x234/067. A tile holds only hashes of full tiles below it, so a partial one is never hashed
upward, and one of width 0 does not exist.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .form import ENTRY_SIZE_MAX
from .merkle import HASH_SIZE, Subtree

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
TILE_SIZE_MAX: Final = TILE_WIDTH * HASH_SIZE
BUNDLE_SIZE_MAX: Final = TILE_WIDTH * (2 + ENTRY_SIZE_MAX)
LEVEL_MAX: Final = 63

ENTRIES: Final = -1
"""The level of a bundle, which the path calls "entries"."""

CHECKPOINT_PATH: Final = "checkpoint"
"""Where the signed checkpoint lies beside the tiles."""

_INDEX_MAX: Final = 2**63 - 1
_LENGTH_SIZE: Final = 2
_PATH: Final = re.compile(
    r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


class TileError(ValueError):
    """A tile, a bundle or a path is not what it should be; the text says why."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One file of a tree: number `index` of its level, with `width` hashes or entries.

    `level` is 0 to 63, or `ENTRIES` for a bundle.

    Raises:
        TileError: a number is out of range.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not ENTRIES <= self.level <= LEVEL_MAX:
            raise TileError(f"no level of tiles: {self.level}")
        if not 0 <= self.index <= _INDEX_MAX or not 1 <= self.width <= TILE_WIDTH:
            raise TileError(f"no tile: index {self.index}, width {self.width}")

    @property
    def is_bundle(self) -> bool:
        """Whether it holds entries, not hashes."""
        return self.level == ENTRIES

    @property
    def is_full(self) -> bool:
        """Whether it can grow no more."""
        return self.width == TILE_WIDTH

    @property
    def full(self) -> "Tile":
        """The same tile once it is full."""
        return Tile(self.level, self.index)

    @property
    def path(self) -> str:
        """The path below the log's prefix, without a leading slash."""
        level = "entries" if self.is_bundle else str(self.level)
        last, *groups = _groups(self.index)
        number = "".join(f"x{group:03}/" for group in reversed(groups)) + f"{last:03}"
        return f"tile/{level}/{number}{'' if self.is_full else f'.p/{self.width}'}"


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile of hashes."""
    return Tile(level, index, width).path


def bundle_path(index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a bundle of entries."""
    return Tile(ENTRIES, index, width).path


def parse_path(path: str) -> Tile:
    """Read a path; each tile has just one spelling.

    Raises:
        TileError: it is no tile's path.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise TileError("not the path of a tile")
    level = ENTRIES if found[1] == "entries" else int(found[1])
    index = int(found[2].replace("x", "").replace("/", ""))
    tile = Tile(level, index, TILE_WIDTH if found[3] is None else int(found[3]))
    if tile.path != path:
        raise TileError("not the path of a tile in its one spelling")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile and bundle that a tree of this size consists of, bundles first."""
    return new_tiles(0, size)


def new_tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    """Yield what a tree of the new size has and one of the old size has not.

    Bundles come first and each level after the one below it, all in sequence of their index: a
    reader who finds a hash finds what it covers.

    Raises:
        ValueError: the tree shrinks.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"a tree does not grow from {old_size} to {new_size}")
    yield from _new_of_level(ENTRIES, old_size, new_size)
    level = 0
    while new_size:
        yield from _new_of_level(level, old_size, new_size)
        level, old_size, new_size = level + 1, old_size >> TILE_HEIGHT, new_size >> TILE_HEIGHT


def width_at(level: int, index: int, size: int) -> int:
    """Return how wide tile `index` of a level is in a tree of this size; 0 if it has none."""
    count = size >> TILE_HEIGHT * max(level, 0)
    return min(max(count - index * TILE_WIDTH, 0), TILE_WIDTH)


def tile_bytes(tile: Tile, subtree: Subtree) -> bytes:
    """Return a tile's bytes, its hashes taken from `subtree(level, index)` of the whole tree."""
    first, height = tile.index * TILE_WIDTH, tile.level * TILE_HEIGHT
    return b"".join(subtree(height, first + number) for number in range(tile.width))


def parse_tile(data: bytes, width: int) -> tuple[bytes, ...]:
    """Split a tile into its hashes.

    Raises:
        TileError: it does not have just this many.
    """
    if len(data) != width * HASH_SIZE:
        raise TileError(f"a tile of width {width} has {width * HASH_SIZE} bytes, not {len(data)}")
    return tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return a bundle of 1 to 256 entries.

    Raises:
        TileError: none or too many, or an entry of more than 65,535 bytes.
    """
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise TileError(f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    return encode_entries(entries)


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """Return entries one after the other, each after its length in two bytes.

    Raises:
        TileError: an entry has more than 65,535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_SIZE_MAX:
            raise TileError(f"an entry has at most {ENTRY_SIZE_MAX} bytes, not {len(entry)}")
        parts += [len(entry).to_bytes(_LENGTH_SIZE, "big"), entry]
    return b"".join(parts)


def parse_bundle(data: bytes, count: int) -> tuple[bytes, ...]:
    """Split a bundle into its entries.

    Raises:
        TileError: it does not have just this many, or ends inside one or after the last.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < count:
        start = at + _LENGTH_SIZE
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if len(entries) != count or at != len(data):
        raise TileError(f"a bundle does not hold just {count} entries")
    return tuple(entries)


def _groups(number: int) -> list[int]:
    """Split a number into groups of three digits, the last group first."""
    groups = [number % 1000]
    while number := number // 1000:
        groups.append(number % 1000)
    return groups


def _new_of_level(level: int, old_count: int, new_count: int) -> Iterator[Tile]:
    for index in range(old_count // TILE_WIDTH, new_count // TILE_WIDTH):
        yield Tile(level, index)
    if old_count != new_count and new_count % TILE_WIDTH:
        yield Tile(level, new_count // TILE_WIDTH, new_count % TILE_WIDTH)
