"""One log's copy on a mirror: the files of c2sp.org/tlog-tiles, and how many entries are held.

    checkpoint        the largest tree held whole: signed by the log, cosigned by the mirror
    tile/…            tiles and bundles; full ones never change
    blob/<sha256>     public files, named by their content
    .next             how many entries are held, those beyond the checkpoint included

Files appear by rename after an fsync, each before anything that speaks of it: bundle and leaf
tile, then `.next`; all tiles of a size, then `checkpoint`. So if we crash anywhere, what is named
is there.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ledger.files import in_turn, make_folders, write_atomically
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.merkle import leaf_hash, root
from ledger.log.note import parse_note
from ledger.log.tile_reader import TileMissingError, TileReader
from ledger.log.tiles import (
    CHECKPOINT_PATH,
    ENTRIES,
    TILE_WIDTH,
    Tile,
    TileError,
    encode_bundle,
    new_tiles,
    parse_bundle,
    parse_tile,
)

NEXT_FILE: Final = ".next"


class MirrorStoreError(Exception):
    """A copy is damaged, or would have to change what it holds. Stop; never repair."""


class MirrorStore:
    """The copy of one log in a folder; threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def next_entry(self) -> int:
        """Return the index of the first entry that is not held."""
        try:
            return int((self.folder / NEXT_FILE).read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0

    def note(self) -> bytes | None:
        """Return the signed checkpoint of what is held whole, or nothing."""
        try:
            return (self.folder / CHECKPOINT_PATH).read_bytes()
        except FileNotFoundError:
            return None

    def checkpoint(self) -> Checkpoint | None:
        """Return what the signed checkpoint states; its signatures were checked when it came."""
        note = self.note()
        return None if note is None else parse_checkpoint(parse_note(note).text)

    def size(self) -> int:
        """Return how many entries are held whole and cosigned."""
        checkpoint = self.checkpoint()
        return 0 if checkpoint is None else checkpoint.size

    def fetch(self, path: str) -> bytes:
        """Return a tile or bundle of the copy.

        Raises:
            TileMissingError: it is not held.
        """
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError as error:
            raise TileMissingError(f"{path} is not held") from error

    def held(self, index: int, width: int) -> tuple[bytes, ...]:
        """Return the first `width` entries of a bundle, from whichever file holds them.

        Raises:
            TileError: it is not held that far, or damaged.
        """
        for wider in (width, TILE_WIDTH, *range(width + 1, TILE_WIDTH)):
            path = self.folder / Tile(ENTRIES, index, wider).path
            if path.exists():
                return parse_bundle(path.read_bytes(), wider)[:width]
        raise TileMissingError(f"the first {width} entries of bundle {index} are not held")

    def save(self, index: int, entries: tuple[bytes, ...]) -> None:
        """Keep the entries of one bundle from its first on; the caller has verified each.

        What is held already is skipped. If we crash between the files and `.next`, the entries
        count as missing, come once more, and are found to be there.

        Raises:
            MirrorStoreError: other entries are held.
        """
        end = index * TILE_WIDTH + len(entries)
        if end <= self.next_entry():
            return
        hashes = [leaf_hash(entry) for entry in entries]
        make_folders(self.folder)
        with in_turn(self.folder / NEXT_FILE):
            self._write(Tile(ENTRIES, index, len(entries)), encode_bundle(entries))
            self._write(Tile(0, index, len(entries)), b"".join(hashes))
            if end > self.next_entry():
                write_atomically(self.folder / NEXT_FILE, str(end).encode())

    def complete(self, checkpoint: Checkpoint) -> None:
        """Write every tile that a tree of this size has, and read the whole addition back.

        Raises:
            MirrorStoreError: the entries held do not make this tree.
        """
        old = self.size()
        make_folders(self.folder)
        try:
            with in_turn(self.folder / NEXT_FILE):
                self._complete(min(old, checkpoint.size), checkpoint.size)
            for _entry in self.reader(checkpoint).entries(min(old, checkpoint.size)):
                pass
        except TileError as error:
            raise MirrorStoreError(f"what is held is not the tree signed: {error}") from error

    def show(self, size: int, sign: Callable[[bytes | None], bytes]) -> bytes | None:
        """Replace the checkpoint by what `sign` makes of the one before, unless that is larger.

        Returns:
            The new note, or nothing if a larger one stands. If we crash before the rename, the old
            one stands; its tiles are all there, since none is ever removed.
        """
        with in_turn(self.folder / CHECKPOINT_PATH):
            if self.size() > size:
                return None
            note = sign(self.note())
            write_atomically(self.folder / CHECKPOINT_PATH, note)
            return note

    def reader(self, checkpoint: Checkpoint) -> TileReader:
        """Return a reader of the copy that believes nothing but this checkpoint."""
        return TileReader(self.fetch, checkpoint.size, checkpoint.root)

    def check(self) -> Iterator[int]:
        """Read all that is held and compare it with the checkpoint; yield after each 256 entries.

        Raises:
            TileError: something is missing or damaged; the text names it.
        """
        checkpoint = self.checkpoint()
        if checkpoint is None:
            return
        reader = self.reader(checkpoint)
        for number, _entry in enumerate(reader.entries(), start=1):
            if number % TILE_WIDTH == 0:
                yield number
        yield checkpoint.size

    def _complete(self, old_size: int, size: int) -> None:
        for tile in new_tiles(old_size, size):
            self._write(tile, self._bytes_of(tile))

    def _bytes_of(self, tile: Tile) -> bytes:
        """Make a tile from the level below it, a bundle or leaf tile from the entries held."""
        if tile.is_bundle:
            return encode_bundle(self.held(tile.index, tile.width))
        if tile.level == 0:
            return b"".join(leaf_hash(entry) for entry in self.held(tile.index, tile.width))
        first = tile.index * TILE_WIDTH
        return b"".join(
            root(parse_tile(self.fetch(Tile(tile.level - 1, child).path), TILE_WIDTH))
            for child in range(first, first + tile.width)
        )

    def _write(self, tile: Tile, content: bytes) -> None:
        path = self.folder / tile.path
        try:
            if path.read_bytes() != content:
                raise MirrorStoreError(f"{tile.path} is held already, with other bytes")
            return
        except FileNotFoundError:
            make_folders(self.folder, [path.parent])
        write_atomically(path, content)
