"""What is published, held against the ledger when a registry is opened.

Database, tiles, `HIGH_WATER`, the signer's mark and the published checkpoint tell one story, or
nothing is recorded or signed any more and a sentence says which of them differ.
"""

from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from contracts.values import Value
from ledger import store
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.key import NoteError, Vkey
from ledger.log.tile_reader import TileMissingError, TileReader
from ledger.log.tiles import CHECKPOINT_PATH, TILE_WIDTH, TileError
from ledger.publish.announced import ever_announced
from ledger.publish.high_water import HighWater
from ledger.publish.signer import MARK_FILE, read_signer_mark
from ledger.settings import Settings
from ledger.store import TamperedError

_CHECKPOINT: Final = "The published checkpoint"
_SIGNER: Final = f"The signer's mark ({MARK_FILE})"
_RESTORE: Final = "restore the newest copy, or the missing entries from a mirror, then open again"


class _DisagreementError(Exception):
    """Two of them differ; the text is the sentence."""


def tiles_in(folder: Path, size: int, root: bytes) -> TileReader:
    """Return a published log; nothing of its files is believed but what this root holds.

    What cannot be read raises `ledger.log.tiles.TileError`.
    """
    return TileReader(partial(_read, folder), size, root)


def find_disagreement(
    connection: Connection, settings: Settings, row: Value | None, mark: HighWater | None
) -> str | None:
    """Return why nothing may be recorded or signed, as a sentence; nothing if all agree.

    Args:
        connection: The ledger's database.
        settings: Where everything lies.
        row: The registry's own row.
        mark: `HIGH_WATER`, which the caller has compared with the database.
    """
    try:
        note = _read_note(settings.log / CHECKPOINT_PATH)
        signed_note = None if settings.signer else read_signer_mark(settings.keys)
        if row is None:
            if note is not None:
                raise _DisagreementError(
                    f"{_CHECKPOINT} exists but the ledger is empty: {_RESTORE}."
                )
            return None
        keys, origin = ever_announced(connection), str(row["origin"])
        shown = _opened(_CHECKPOINT, note, keys, origin)
        signed = _opened(_SIGNER, signed_note, keys, origin)
        _compare_marks(shown, signed, mark, signer_elsewhere=settings.signer is not None)
        for name, checkpoint in ((_SIGNER, signed), (_CHECKPOINT, shown)):
            if checkpoint is not None:
                _compare_with_ledger(connection, name, checkpoint)
        if shown is not None:
            _check_right_edge(settings.log, shown)
    except _DisagreementError as error:
        return str(error)
    return None


def _read(folder: Path, path: str) -> bytes:
    """Read a published file; `path` comes from `ledger.log.tiles`, never from outside."""
    try:
        return (folder / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise TileMissingError(f"{path} is missing") from error


def _read_note(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _opened(
    name: str, note: bytes | None, keys: tuple[Vkey, ...], origin: str
) -> Checkpoint | None:
    try:
        return None if note is None else open_checkpoint(note, keys, origin)
    except NoteError as error:
        raise _DisagreementError(
            f"{name} is not signed by this log's keys ({error}): restore it from a copy."
        ) from error


def _compare_marks(
    shown: Checkpoint | None,
    signed: Checkpoint | None,
    mark: HighWater | None,
    *,
    signer_elsewhere: bool,
) -> None:
    """Compare what was published, signed and marked: each was durable before the one after it."""
    signed_size = signed.size if signed else 0
    marked_size = mark.size if mark else 0
    largest = max(shown.size if shown else 0, signed_size)
    if marked_size < largest:
        state = "is missing" if mark is None else f"knows {marked_size} entries"
        raise _DisagreementError(
            f"The high-water mark {state}, but {largest} were signed: it was lost or restored; "
            "put the newest copy back, or make it again with 'sinkledger signer-mark'."
        )
    if shown is not None and shown.size > signed_size and not signer_elsewhere:
        state = "is missing" if signed is None else f"knows {signed_size} entries"
        raise _DisagreementError(
            f"{_SIGNER} {state}, but {shown.size} are published: it was lost or restored; "
            "put the newest copy back, or make it again with 'sinkledger signer-mark'."
        )


def _compare_with_ledger(connection: Connection, name: str, checkpoint: Checkpoint) -> None:
    size = store.read_head(connection).size
    if size < checkpoint.size:
        raise _DisagreementError(
            f"{name} knows {checkpoint.size} entries, this ledger has {size}: an old copy was "
            f"restored; {_RESTORE}."
        )
    try:
        same = store.root_at(connection, checkpoint.size) == checkpoint.root
    except TamperedError as error:
        raise _DisagreementError(
            f"The stored log is damaged ({error}); restore it from a copy."
        ) from error
    if not same:
        raise _DisagreementError(
            f"{name} has another root over {checkpoint.size} entries than this ledger: it is "
            "another ledger, or an altered one."
        )


def _check_right_edge(folder: Path, shown: Checkpoint) -> None:
    """Hash the tiles on the tree's right edge again, and the last bundle's entries."""
    if shown.size == 0:
        return
    first = (shown.size - 1) // TILE_WIDTH * TILE_WIDTH
    try:
        for _entry in tiles_in(folder, shown.size, shown.root).entries(first, shown.size):
            pass
    except (TileError, OSError) as error:
        raise _DisagreementError(
            f"The tiles do not make up the published checkpoint ({error}): restore the folder "
            f"{folder} from a copy or a mirror."
        ) from error
