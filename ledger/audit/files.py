"""Audit of the files beside the databases: blobs, the mark, the published checkpoint."""

from hashlib import sha256

from ledger.audit.log_entries import LogAudit
from ledger.blobs import stored_blobs
from ledger.log.checkpoint import log_keys, parse_checkpoint
from ledger.log.note import NoteError, parse_note, verify
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish.high_water import HighWaterError, read_mark
from ledger.settings import Settings


def sizes_stated(settings: Settings) -> list[int]:
    """Return the sizes at which mark and checkpoint state a root, before anything is checked."""
    sizes = []
    try:
        mark = read_mark(settings.high_water)
        if mark is not None:
            sizes.append(mark.size)
        note = parse_note((settings.log / CHECKPOINT_PATH).read_bytes())
        sizes.append(parse_checkpoint(note.text).size)
    except (HighWaterError, NoteError, OSError):
        pass  # said by `check_files`, which reads them again
    return sizes


def check_files(settings: Settings, audit: LogAudit) -> None:
    """Compare the files with their names, and mark and checkpoint with the replayed tree."""
    _check_blobs(settings, audit)
    _check_mark(settings, audit)
    path = settings.log / CHECKPOINT_PATH
    if path.exists():
        with audit.findings.reading(CHECKPOINT_PATH):
            _check_checkpoint(path.read_bytes(), audit)


def _check_blobs(settings: Settings, audit: LogAudit) -> None:
    for access, path in stored_blobs(settings.blobs):
        where = f"blob {access}/{path.name}"
        with audit.findings.reading(where):
            digest = sha256(path.read_bytes()).hexdigest()
            if digest != path.name or path.parent.name != digest[:2]:
                audit.findings.add(where, "does not hash to its name")


def _check_mark(settings: Settings, audit: LogAudit) -> None:
    try:
        mark = read_mark(settings.high_water)
    except (HighWaterError, OSError) as error:
        audit.findings.add("HIGH_WATER", str(error))
        return
    if mark is None:
        return
    if mark.origin != audit.redecider.state.chain.origin:
        audit.findings.add("HIGH_WATER", f"is of the log {mark.origin}")
    _check_root("HIGH_WATER", mark.size, mark.root, audit)


def _check_root(where: str, size: int, root: bytes, audit: LogAudit) -> None:
    if size > audit.tree.size:
        audit.findings.add(where, f"knows {size} entries, the log has {audit.tree.size}")
    elif audit.roots.get(size) != root:
        audit.findings.add(where, f"has another root over the first {size} entries")


def _check_checkpoint(note_bytes: bytes, audit: LogAudit) -> None:
    row = audit.redecider.state.books.row("registry")
    listed = row["log_vkeys"] if row else []
    texts = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    try:
        note = parse_note(note_bytes)
        verify(note, log_keys(texts))
        checkpoint = parse_checkpoint(note.text)
    except NoteError as error:
        audit.findings.add(CHECKPOINT_PATH, str(error))
        return
    if checkpoint.origin != audit.redecider.state.chain.origin:
        audit.findings.add(CHECKPOINT_PATH, f"is of the log {checkpoint.origin}")
    _check_root(CHECKPOINT_PATH, checkpoint.size, checkpoint.root, audit)
