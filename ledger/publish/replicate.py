"""Copying what is published to where anyone may read it, so that checking survives the operator.

    <target>/log/tile/…  log/blob/<sha256>      first, each written once
    <target>/…           the caller's pages     then
    <target>/log/checkpoint                     last: it speaks of nothing that is not there

A copy that was interrupted is gone on with: what is there already is compared and skipped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from typing import Final

from contracts.lookup import registry as registry_row
from ledger.blobs import Access, stored_blobs
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.merkle import ProofError, verify_consistency
from ledger.log.note import NoteError
from ledger.log.tiles import CHECKPOINT_PATH, tiles_of
from ledger.progress import Progress
from ledger.publish.announced import announced
from ledger.publish.targets import Target, TargetError
from ledger.registry import Registry
from ledger.store import TamperedError

FILES_AT_ONCE: Final = 64
CHECKPOINT: Final = f"log/{CHECKPOINT_PATH}"
TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """A file beside the log; one that never changes is written once."""

    path: str
    content: bytes
    media_type: str
    once: bool = False


def replicate(
    registry: Registry,
    target: Target,
    pages: Iterable[SiteFile] = (),
    progress: Progress | None = None,
) -> tuple[Checkpoint, int]:
    """Copy what is published; return the checkpoint copied, and how many log files were written.

    Args:
        registry: The registry; what it has published now is copied, even if it goes on.
        target: Where to.
        pages: Other files, written before the checkpoint.
        progress: Called with (log files done, log files in all).

    Raises:
        TargetError: nothing is published; the copy knows more than this registry, or cannot be
            written.
        TamperedError: the copy has other bytes, or is of another history.
    """
    note = registry.checkpoint()
    if note is None:
        raise TargetError("nothing is published yet; run: sinkledger checkpoint")
    shown = _open(registry, note)
    _check_continues(registry, target, shown)
    done = written = 0
    total = sum(1 for _ in tiles_of(shown.size))
    files = chain(_tiles(registry, shown), _anchors(registry), _blobs(registry))
    while part := dict(islice(files, FILES_AT_ONCE)):
        written += target.write_once(part)
        done += len(part)
        if progress:
            progress(min(done, total), total)
    for page in pages:
        if page.once:
            target.write_once({page.path: page.content})
        else:
            target.replace(page.path, page.content, page.media_type)
    # If we crash before this, the copy shows its old checkpoint, and all that it speaks of.
    target.replace(CHECKPOINT, note, TEXT)
    return shown, written


def _open(registry: Registry, note: bytes) -> Checkpoint:
    row = registry_row(registry.books())
    try:
        return open_checkpoint(note, announced(row), str(row["origin"]))
    except NoteError as error:
        raise TamperedError(f"a checkpoint is not this log's: {error}") from error


def _check_continues(registry: Registry, target: Target, new: Checkpoint) -> None:
    """Check that the copy is of this history, and not ahead of it."""
    note = target.read(CHECKPOINT)
    if note is None:
        return
    old = _open(registry, note)
    if old.size > new.size:
        raise TargetError(
            f"the copy has {old.size} entries, this registry has published {new.size}: "
            "an old copy of the registry was restored"
        )
    try:
        path = registry.consistency(old.size, new.size)
        verify_consistency(old.size, new.size, path, old.root, new.root)
    except ProofError as error:
        raise TamperedError(f"the copy is of another history: {error}") from error


def _tiles(registry: Registry, shown: Checkpoint) -> Iterable[tuple[str, bytes]]:
    for tile in tiles_of(shown.size):
        path = registry.settings.log / tile.path
        yield f"log/{tile.path}", path.read_bytes()


def _anchors(registry: Registry) -> Iterable[tuple[str, bytes]]:
    for path in sorted((registry.settings.log / "anchors").rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield f"log/{path.relative_to(registry.settings.log)}", path.read_bytes()


def _blobs(registry: Registry) -> Iterable[tuple[str, bytes]]:
    for access, path in stored_blobs(registry.settings.blobs):
        if access is Access.PUBLIC:
            content = path.read_bytes()
            if sha256(content).hexdigest() != path.name:
                raise TamperedError(f"blob {path.name} does not hash to its name")
            yield f"log/blob/{path.name}", content
