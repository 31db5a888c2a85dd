"""The tree on its way from a published size to the next: read back, hashed two ways, cut in files.

Bytes come from storage, not from whoever recorded them, and are hashed twice: as one tree, and by
the subtree hashes that were stored when they were recorded. A bit that flipped anywhere shows.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from ledger import store
from ledger.log.checkpoint import Checkpoint
from ledger.log.merkle import Frontier, Subtree, leaf_hash
from ledger.log.tiles import (
    TILE_WIDTH,
    TileError,
    encode_bundle,
    new_tiles,
    parse_bundle,
    tile_bytes,
)
from ledger.registry import Registry
from ledger.store import TamperedError


def read_growth(registry: Registry, old: Checkpoint, size: int) -> tuple[bytes, dict[str, bytes]]:
    """Return the root over `size` entries, and the files that a tree of `old.size` has not.

    Raises:
        TamperedError: bytes, stored hashes, head and published tiles do not agree.
        TileError: a published tile is missing, or does not lead to the published root.
    """
    start = old.size - old.size % TILE_WIDTH
    reader = registry.tiles(old.size, old.root)
    with registry.reader.connect() as connection:
        entries = tuple(store.read(connection, start, size))
        by_subtrees = store.root_at(connection, size)
        head = store.read_head(connection)
        growth = Growth(frontier_at(start, reader.subtree), reader.subtree, entries, old.size)
        if growth.at_published.root() != old.root:
            raise TamperedError(f"the stored entries are not the {old.size} that were published")
        if growth.frontier.root() != by_subtrees:
            raise TamperedError("the root from stored hashes is not that of the stored bytes")
        if size == head.size and head.root != by_subtrees:
            raise TamperedError("the root from stored hashes is not that of the head")
        files = growth.files()
        check_files(connection, files, old.size, size)
    return growth.frontier.root(), files


def frontier_at(size: int, subtree: Subtree) -> Frontier:
    """Return the right edge of a tree from its perfect subtrees, the largest first."""
    hashes, start = [], 0
    while start < size:
        level = (size - start).bit_length() - 1
        hashes.append(subtree(level, start >> level))
        start += 1 << level
    return Frontier(size, tuple(hashes))


class Growth:
    """A tree on its way from a published size to the next: its hashes, and the files they make.

    Args:
        old: Right edge at the last full bundle before the published size.
        subtree: Hashes of the published tree, for what is complete in it.
        entries: The bytes of all entries from there on.
        published: The published size.
    """

    def __init__(
        self, old: Frontier, subtree: Subtree, entries: Sequence[bytes], published: int
    ) -> None:
        self._start, self._entries, self._published = old.size, entries, published
        self._subtree = subtree
        leaves = [leaf_hash(entry) for entry in entries]
        self.at_published = old.extend(leaves[: published - old.size])
        self.frontier, nodes = old.grow(leaves)
        self._known = {(0, old.size + number): digest for number, digest in enumerate(leaves)}
        self._known |= {(node.level, node.index): node.digest for node in nodes}

    def files(self) -> dict[str, bytes]:
        """Return what has to be written for the new size, by path."""
        found: dict[str, bytes] = {}
        for tile in new_tiles(self._published, self.frontier.size):
            if tile.is_bundle:
                first = tile.index * TILE_WIDTH - self._start
                found[tile.path] = encode_bundle(self._entries[first : first + tile.width])
            else:
                found[tile.path] = tile_bytes(tile, self._hash)
        return found

    def _hash(self, level: int, index: int) -> bytes:
        known = self._known.get((level, index))
        return self._subtree(level, index) if known is None else known


def check_files(
    connection: Connection, files: Mapping[str, bytes], old_size: int, size: int
) -> None:
    """Check the bytes about to be written against the hashes stored when they were recorded.

    Raises:
        TamperedError: a file would not hold what its name says.
    """
    for tile in new_tiles(old_size, size):
        content, first = files[tile.path], tile.index * TILE_WIDTH
        stored = store.stored_hashes(connection, max(tile.level, 0), first, first + tile.width)
        if tile.is_bundle:
            same = [leaf_hash(entry) for entry in _entries(content, tile.width)] == stored
        else:
            same = content == b"".join(stored)
        if not same:
            raise TamperedError(f"{tile.path} would not hold what is stored")


def _entries(bundle: bytes, count: int) -> tuple[bytes, ...]:
    try:
        return parse_bundle(bundle, count)
    except TileError as error:
        raise TamperedError(f"a bundle would not read back: {error}") from error
