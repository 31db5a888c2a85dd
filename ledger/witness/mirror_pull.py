"""Following a log from its static files: compare, cosign, keep.

Nothing that a log serves is believed before it leads to a root that the log has signed, and no
signed root before it is proven to continue the one that this witness holds. A log that has signed
two histories is caught here: both notes are kept, and the first entry that differs is named.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.fetching import Fetch
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.difference import first_difference
from ledger.log.merkle import ProofError, consistency_path, verify_consistency
from ledger.log.note import NoteSignature, parse_note
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import CHECKPOINT_PATH, TILE_WIDTH
from ledger.log.witness_wire import AddCheckpoint
from ledger.progress import Progress
from ledger.witness.cosigner import Witness, empty_tree
from ledger.witness.evidence import keep_evidence
from ledger.witness.mirror import Mirror
from ledger.witness.mirror_store import MirrorStore
from ledger.witness.store import Cosigned, KnownLog

"""Called with (entries held, entries in all)."""

NOTE_BYTES_MAX: Final = 1_000_000


class RewrittenError(Exception):
    """The log has signed two histories; the text names the first entry that differs.

    Attributes:
        first_entry: Index of it, or nothing if it lies beyond what is kept here.
        evidence: Folder of both signed notes.
    """

    def __init__(self, message: str, first_entry: int | None, evidence: Path) -> None:
        super().__init__(message)
        self.first_entry = first_entry
        self.evidence = evidence


class BehindError(Exception):
    """The log shows fewer entries than it has signed before; the text says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one pull has brought."""

    checkpoint: Checkpoint
    added: int
    signatures: tuple[NoteSignature, ...]


def pull(
    witness: Witness, mirror: Mirror, log: KnownLog, fetch: Fetch, progress: Progress | None = None
) -> Pulled:
    """Bring a copy up to the log's newest checkpoint, and cosign it as witness and as mirror.

    It can be interrupted anywhere and goes on from the last whole bundle.

    Raises:
        NoteError: the log's checkpoint is malformed, or not signed by a key of the log.
        RewrittenError: the log has signed two histories; evidence is kept.
        BehindError: it shows an older checkpoint of the same history.
        TileError: its tiles do not lead to the root that it signed, or are missing.
        AnswerError: somebody else moved the witness meanwhile; pull again.
        FetchError, MirrorStoreError: the network or the disk failed.
    """
    note_bytes = fetch(CHECKPOINT_PATH)[: NOTE_BYTES_MAX + 1]
    checkpoint = open_checkpoint(note_bytes, log.vkeys, log.origin)
    reader = TileReader(fetch, checkpoint.size, checkpoint.root)
    copy = mirror.copy_of(log)
    held = witness.store.latest(log.origin)
    meeting = _Meeting(
        witness=witness, copy=copy, held=held, new=checkpoint, new_note=note_bytes, reader=reader
    )
    path = meeting.proof()
    note = parse_note(note_bytes)
    old_size = 0 if held is None else held.checkpoint.size
    asked = AddCheckpoint(old_size=old_size, path=path, checkpoint=note_bytes)
    witness.advance(log, asked, checkpoint, note)
    added = _keep_entries(copy, reader, progress)
    signatures = mirror.finish(log, checkpoint.size)
    return Pulled(checkpoint=checkpoint, added=added, signatures=signatures)


def _keep_entries(copy: MirrorStore, reader: TileReader, progress: Progress | None) -> int:
    """Keep what is missing, bundle by bundle; return how many entries were."""
    began = next_entry = copy.next_entry()
    for index in range(began // TILE_WIDTH, -(-reader.size // TILE_WIDTH)):
        first = index * TILE_WIDTH
        end = min(first + TILE_WIDTH, reader.size)
        copy.save(index, tuple(reader.entries(first, end)))
        next_entry = max(end, next_entry)
        if progress:
            progress(next_entry, reader.size)
    return next_entry - began


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """What is held of a log, and what it shows now."""

    witness: Witness
    copy: MirrorStore
    held: Cosigned | None
    new: Checkpoint
    new_note: bytes
    reader: TileReader

    def proof(self) -> tuple[bytes, ...]:
        """Return the proof that what is shown continues what is held."""
        old = empty_tree(self.new.origin) if self.held is None else self.held.checkpoint
        if self.new.size < old.size:
            raise self._behind(old)
        path = consistency_path(old.size, self.new.size, self.reader.subtree)
        try:
            verify_consistency(old.size, self.new.size, path, old.root, self.new.root)
        except ProofError as error:
            raise self._rewritten() from error
        return path

    def _behind(self, old: Checkpoint) -> BehindError | RewrittenError:
        """Say whether fewer entries are an older state of the same history, or another one."""
        kept, new = self.copy.checkpoint(), self.new
        if kept is not None and kept.size >= new.size:
            path = consistency_path(new.size, kept.size, self.copy.reader(kept).subtree)
            try:
                verify_consistency(new.size, kept.size, path, new.root, kept.root)
            except ProofError:
                return self._rewritten()
        return BehindError(
            f"{new.origin} shows {new.size} entries, {old.size} were cosigned: an old copy is "
            "being served, or the log lost entries"
        )

    def _rewritten(self) -> RewrittenError:
        """Find the first entry that differs, and keep both signed notes."""
        kept, first = self.copy.checkpoint(), None
        if kept is not None:
            both = min(kept.size, self.new.size)
            first = first_difference(self.copy.reader(kept).subtree, self.reader.subtree, both)
        where = "beyond what is kept here" if first is None else f"entry {first}"
        reason = f"history was rewritten: the first entry that differs is {where}"
        if self.held is None:
            raise ValueError("nothing was held")
        facts: dict[str, str | int | None] = {
            "first_differing_entry": first,
            "held_size": self.held.checkpoint.size,
            "offered_size": self.new.size,
            "reason": reason,
        }
        place = keep_evidence(self.witness.evidence, self.held.note, self.new_note, facts)
        message = f"{self.new.origin}: {reason}; both signed notes are in {place}"
        return RewrittenError(message, first, place)
