"""Audit of the published tiles and bundles: each file against what the stored log makes of it.

The replay has compared entries, leaf hashes and stored subtrees already, so a tile is right if the
database yields the same bytes. Tiles that no checkpoint covers yet may lie there; none may differ.
"""

from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from ledger import store
from ledger.audit.log_entries import LogAudit
from ledger.log.note import NoteError, parse_note
from ledger.log.tiles import (
    CHECKPOINT_PATH,
    TILE_WIDTH,
    Tile,
    TileError,
    encode_bundle,
    parse_path,
    tile_bytes,
    tiles_of,
)
from ledger.log.tree_head import parse_checkpoint
from ledger.settings import Settings
from ledger.store import TamperedError

TILES: Final = "tile"


def check_tiles(connection: Connection, settings: Settings, audit: LogAudit) -> None:
    """Compare every published tile and bundle with the stored log; note what differs or lacks."""
    found = set()
    for path in sorted((settings.log / TILES).rglob("*")):
        if path.is_file():
            found.add(path.relative_to(settings.log).as_posix())
    for name in sorted(found):
        with audit.findings.reading(name):
            _check(connection, settings.log / name, name, audit)
    with audit.findings.reading(CHECKPOINT_PATH):
        for tile in tiles_of(_published_size(settings, audit)):
            # A partial tile may be deleted once the full one is there.
            if tile.path not in found and tile.full.path not in found:
                audit.findings.add(tile.path, "is missing")


def _check(connection: Connection, path: Path, name: str, audit: LogAudit) -> None:
    try:
        expected = _content(connection, parse_path(name), audit.tree.size)
    except (TileError, TamperedError) as error:
        audit.findings.add(name, str(error))
        return
    if path.read_bytes() != expected:
        audit.findings.add(name, "is not what the log yields")


def _content(connection: Connection, tile: Tile, size: int) -> bytes:
    first = tile.index * TILE_WIDTH
    end = (first + tile.width) << (0 if tile.is_bundle else 8 * tile.level)
    if end > size:
        raise TileError(f"reaches to entry {end - 1}, the log has {size}")
    if tile.is_bundle:
        return encode_bundle(tuple(store.read(connection, first, end)))
    return tile_bytes(tile, partial(store.subtree, connection))


def _published_size(settings: Settings, audit: LogAudit) -> int:
    """Return how many entries the checkpoint shows; 0 where it is not one of this log."""
    try:
        note = parse_note((settings.log / CHECKPOINT_PATH).read_bytes())
        shown = parse_checkpoint(note.text)
    except (NoteError, FileNotFoundError):
        return 0  # said by `check_files`, which reads it again
    return shown.size if audit.roots.get(shown.size) == shown.root else 0
