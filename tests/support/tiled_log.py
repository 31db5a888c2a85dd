"""A small static log in memory: entries, and the files that tlog-tiles makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from ledger.log.merkle import Frontier, leaf_hash
from ledger.log.tile_reader import TileMissingError, TileReader
from ledger.log.tiles import TILE_WIDTH, encode_bundle, new_tiles, tile_bytes


class Tree:
    """All perfect subtrees over some entries."""

    def __init__(self, entries: tuple[bytes, ...]) -> None:
        self.entries = entries
        leaves = [leaf_hash(entry) for entry in entries]
        self.hashes = {(0, index): leaf for index, leaf in enumerate(leaves)}
        self.roots = [Frontier().root()]
        frontier = Frontier()
        for leaf in leaves:
            frontier, nodes = frontier.grow((leaf,))
            self.hashes |= {(node.level, node.index): node.digest for node in nodes}
            self.roots.append(frontier.root())

    def subtree(self, level: int, index: int) -> bytes:
        return self.hashes[level, index]


@lru_cache(maxsize=4)
def tree_of(size: int) -> Tree:
    """Entries of uneven length, some empty."""
    return Tree(tuple(b"entry %d " % number * (number % 4) for number in range(size)))


@dataclass
class TiledLog:
    """The files of a log published at each of some sizes; `fetched` counts what is read."""

    tree: Tree
    files: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    @classmethod
    def published(cls, tree: Tree, *sizes: int) -> "TiledLog":
        log = cls(tree)
        for old, new in zip((0, *sizes), sizes, strict=False):
            log.files |= dict(_written(tree, old, new))
        return log

    def fetch(self, path: str) -> bytes:
        self.fetched.append(path)
        if path not in self.files:
            raise TileMissingError(path)
        return self.files[path]

    def reader(self, size: int) -> TileReader:
        return TileReader(self.fetch, size, self.tree.roots[size])


def _written(tree: Tree, old: int, new: int) -> Iterator[tuple[str, bytes]]:
    for tile in new_tiles(old, new):
        start = tile.index * TILE_WIDTH
        if tile.is_bundle:
            yield tile.path, encode_bundle(tree.entries[start : start + tile.width])
        else:
            yield tile.path, tile_bytes(tile, tree.subtree)
