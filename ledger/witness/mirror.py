"""A mirror by c2sp.org/tlog-mirror: it keeps every entry of a log, and cosigns what it holds.

The witness of the same folder cosigns first, so there is one history only that a copy can follow:
entries are compared with a checkpoint that the witness has cosigned, package by package, before
they are kept. The mirror's own cosignature is made when all of them have been read back from disk.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.merkle import ProofError, leaf_hash
from ledger.log.mirror_wire import INFO_TYPE, Head, MirrorInfo, Package, Reader
from ledger.log.note import Note, NoteSignature, Skey, parse_note, verify
from ledger.log.tiles import TILE_WIDTH
from ledger.log.witness_wire import WireError, format_lines
from ledger.witness.cosigner import Answer, AnswerError, Clock, own_lines, refusal, refuse_own_log
from ledger.witness.folder import WitnessFolder
from ledger.witness.mirror_store import MirrorStore
from ledger.witness.store import KnownLog, WitnessStore

BEHIND_MAX: Final = 32 * TILE_WIDTH
"""How far below the next entry an upload may begin: what it repeats is checked for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A cosigner that also keeps.

    Attributes:
        store: The witness's memory; its checkpoints are what uploads are compared with.
        keys: Cosigning keys of the mirror, under another name than the witness's.
        copies: Folder of all copies, each in a folder named by the hash of its origin.
        clock: POSIX seconds.
    """

    store: WitnessStore
    keys: tuple[Skey, ...]
    copies: Path
    clock: Clock

    @classmethod
    def of(cls, folder: WitnessFolder, clock: Clock) -> "Mirror":
        """Return the mirror of a folder."""
        return cls(store=folder.store, keys=folder.mirror_keys, copies=folder.copies, clock=clock)

    def copy_of(self, log: KnownLog) -> MirrorStore:
        """Return the copy of a log."""
        return MirrorStore(self.copies / log.hash)

    def upload(self) -> "Upload":
        """Begin to answer a POST to `add-entries`."""
        return Upload(self)

    def finish(self, log: KnownLog, size: int) -> tuple[NoteSignature, ...]:
        """Complete and cosign the tree of a size whose entries are all held.

        Raises:
            AnswerError: 403, mirror and log share a name; 409, a larger tree was cosigned since.
            MirrorStoreError: what is on disk is not that tree.
        """
        refuse_own_log(log, self.keys)
        note = self.store.past_note(log.origin, size)
        if note is None:
            raise self.conflict(log, None)
        copy = self.copy_of(log)
        checkpoint = parse_checkpoint(parse_note(note).text)
        copy.complete(checkpoint)
        shown = copy.show(size, lambda before: self._cosigned(log, note, before))
        if shown is None:
            raise self.conflict(log, None)
        return own_lines(shown, self.keys)

    def conflict(self, log: KnownLog, size: int | None, status: int = 409) -> AnswerError:
        """Return the answer that tells an uploader where to go on."""
        if size is None:
            latest = self.store.latest(log.origin)
            size = 0 if latest is None else latest.checkpoint.size
        info = MirrorInfo(size=size, next_entry=self.copy_of(log).next_entry())
        return AnswerError(Answer(status=status, body=info.to_bytes(), content_type=INFO_TYPE))

    def _cosigned(self, log: KnownLog, note: bytes, before: bytes | None) -> bytes:
        """Return the log's own lines and those of the mirror, never earlier than the last ones."""
        vkeys = tuple(key.vkey for key in self.keys)
        at_s = max(self.clock(), 1, *_times(before, vkeys_of=self.keys))
        parsed = parse_note(note)
        checkpoint = parse_checkpoint(parsed.text)
        lines = tuple(cosign(checkpoint, key, at_s) for key in self.keys)
        of_log = {(key.name, key.key_id) for key in log.vkeys}
        kept = tuple(one for one in parsed.signatures if (one.name, one.key_id) in of_log)
        signed = Note(parsed.text, (*kept, *lines))
        verify(signed, vkeys)
        return signed.to_bytes()


class Upload:
    """One request's entries, taken piece by piece; no more than one package is held in memory."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._reader = Reader()
        self._begun: tuple[KnownLog, Checkpoint] | None = None
        self._saved = 0

    def feed(self, piece: bytes) -> None:
        """Take more of the body, and keep the packages that are whole now.

        Raises:
            AnswerError: 400, 404, 409 or 422; nothing of the rest need be sent.
            MirrorStoreError: the copy holds something else.
        """
        try:
            packages = self._reader.feed(piece)
        except WireError as error:
            raise AnswerError(refusal(400, str(error))) from error
        if self._begun is None and self._reader.head is not None:
            self._begun = self._begin(self._reader.head)
        for package in packages:
            self._keep(package)
            self._saved += 1

    def finish(self) -> Answer:
        """Answer the request, whose body has ended.

        Raises:
            AnswerError: 400 nothing usable came; 202 part of it; 409 a larger tree stands.
        """
        if self._begun is None:
            raise AnswerError(refusal(400, "the request ends before its head does"))
        log, tree = self._begun
        if not self._reader.is_complete:
            if not self._saved:
                raise AnswerError(refusal(400, "no whole package came"))
            raise self._mirror.conflict(log, tree.size, status=202)
        return Answer(status=200, body=format_lines(self._mirror.finish(log, tree.size)))

    def _begin(self, head: Head) -> tuple[KnownLog, Checkpoint]:
        """Find the tree that the entries are of, and refuse before they come."""
        log = self._mirror.store.log(head.origin)
        if log is None:
            raise AnswerError(refusal(404, "this log is not known here"))
        note = self._mirror.store.past_note(log.origin, head.end)
        copy = self._mirror.copy_of(log)
        if note is None or head.end < copy.size():
            raise self._mirror.conflict(log, None)
        held = copy.next_entry()
        if not held - BEHIND_MAX <= head.start <= held:
            raise self._mirror.conflict(log, head.end)
        return log, parse_checkpoint(parse_note(note).text)

    def _keep(self, package: Package) -> None:
        """Compare one package with the checkpoint, entry by entry, and keep it."""
        if self._begun is None:
            raise ValueError("a package before its head")
        log, tree = self._begun
        copy, span = self._mirror.copy_of(log), package.span
        index = span.base // TILE_WIDTH
        before = copy.held(index, span.start - span.base) if span.start > span.base else ()
        try:
            package.check([leaf_hash(entry) for entry in before], tree)
        except ProofError as error:
            reason = f"entries {span.start} to {span.end - 1}: {error}"
            raise AnswerError(refusal(422, reason)) from error
        copy.save(index, (*before, *package.entries))


def _times(note: bytes | None, *, vkeys_of: tuple[Skey, ...]) -> Iterator[int]:
    """Yield the times that a mirror's own lines under a note state."""
    if note is not None:
        for one in verify(parse_note(note), tuple(key.vkey for key in vkeys_of)):
            yield one.timestamp or 0
