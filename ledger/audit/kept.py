"""Kept copies: what somebody was once shown, compared with the log as it stands now.

Whoever can write the database can rewrite history with every hash made anew, and the log then
holds together in itself. It does not hold with what others kept: signed checkpoints, proofs, the
tiles of a mirror. A kept copy is one of

    a signed checkpoint
    a proof file, whose checkpoint counts
    a folder of a static log: its `checkpoint`, and tiles that name the first entry that differs
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from ledger import store
from ledger.audit.findings import Findings
from ledger.fetching import Fetch, FetchError, folder_log
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.difference import first_difference
from ledger.log.merkle import ProofError
from ledger.log.note import NoteError, Vkey
from ledger.log.proof import TlogProof
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import CHECKPOINT_PATH, TileError
from ledger.store import TamperedError

PROOF_SUFFIX: Final = ".tlog-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCopy:
    """What was kept.

    Attributes:
        where: Its path, to speak of it.
        note: The signed checkpoint's bytes.
        fetch: Reads a file of the kept static log; nothing where only a checkpoint was kept.
    """

    where: str
    note: bytes
    fetch: Fetch | None = None


def read_kept(paths: Iterable[Path]) -> tuple[KeptCopy, ...]:
    """Read kept checkpoints, proof files and folders of static logs.

    Raises:
        OSError: one of them cannot be read.
        ProofError: a proof file is none.
    """
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> KeptCopy:
    if path.is_dir():
        note = (path / CHECKPOINT_PATH).read_bytes()
        return KeptCopy(where=str(path), note=note, fetch=folder_log(path))
    content = path.read_bytes()
    if path.suffix == PROOF_SUFFIX:
        content = TlogProof.parse(content).checkpoint
    return KeptCopy(where=str(path), note=content)


def check_kept(
    connection: Connection, kept: Sequence[KeptCopy], vkeys: Sequence[Vkey], findings: Findings
) -> None:
    """Compare kept copies with the stored log; note each that does not fit, and where.

    Args:
        connection: Reads the log.
        kept: What was kept.
        vkeys: The log's keys, from a source that whoever rewrites the log cannot reach.
        findings: Where everything that is wrong is noted.
    """
    for copy in kept:
        try:
            checkpoint = open_checkpoint(copy.note, vkeys, vkeys[0].name if vkeys else "")
            _compare(connection, copy, checkpoint, findings)
        except (FetchError, NoteError, ProofError, TileError, TamperedError) as error:
            findings.add(copy.where, str(error))


def _compare(
    connection: Connection, copy: KeptCopy, checkpoint: Checkpoint, findings: Findings
) -> None:
    size = store.read_head(connection).size
    if size < checkpoint.size:
        findings.add(copy.where, f"signs {checkpoint.size} entries, the log has {size}")
    elif store.root_at(connection, checkpoint.size) == checkpoint.root:
        return
    seq = _first_difference(connection, copy, checkpoint, min(size, checkpoint.size))
    if seq is not None:
        findings.add_entry(seq, f"is not the entry that {copy.where} shows: history was rewritten")
    elif size >= checkpoint.size:
        what = f"history was rewritten: another root over the first {checkpoint.size} entries"
        findings.add(copy.where, what)


def _first_difference(
    connection: Connection, copy: KeptCopy, checkpoint: Checkpoint, size: int
) -> int | None:
    if copy.fetch is None:
        return None
    reader = TileReader(copy.fetch, checkpoint.size, checkpoint.root)

    def ours(level: int, index: int) -> bytes:
        return store.subtree(connection, level, index)

    return first_difference(ours, reader.subtree, size)
