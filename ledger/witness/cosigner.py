"""A witness by c2sp.org/tlog-witness: it cosigns a log's tree only if that continues the last.

What follows is decided here, without HTTP: a request's bytes in, an answer out. The checks stand
in the sequence of the specification; the first that fails answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.log.checkpoint import Checkpoint, CheckpointError, parse_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.merkle import EMPTY_ROOT, ProofError, verify_consistency
from ledger.log.note import Note, NoteError, NoteSignature, Skey, parse_note, verify
from ledger.log.witness_wire import (
    SIZE_TYPE,
    AddCheckpoint,
    WireError,
    format_lines,
    format_size,
)
from ledger.witness.evidence import keep_evidence
from ledger.witness.store import Cosigned, KnownLog, WitnessStore

PLAIN: Final = "text/plain; charset=utf-8"

Clock = Callable[[], int]
"""The machine's time in POSIX seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered over HTTP: status code, body, content type."""

    status: int
    body: bytes
    content_type: str = PLAIN


class AnswerError(Exception):
    """A request cannot be granted; `answer` says why, with its status code."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A cosigner: its memory, its keys, its clock.

    Attributes:
        store: Which logs it knows, and what it has cosigned.
        keys: Cosigning keys, all of one name; each adds a line to every answer.
        evidence: Folder for proofs that a log contradicts itself.
        clock: POSIX seconds; what was stated once is never stated earlier.
    """

    store: WitnessStore
    keys: tuple[Skey, ...]
    evidence: Path
    clock: Clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a POST to `add-checkpoint`.

        400 malformed, extension lines, or an old size beyond the new one; 404 unknown log; 403 not
        signed by the log, a wrong line in its name, or its name is the witness's; 409 another old
        size than the last, which is told; 422 not proven to continue it; 200 with the
        cosignatures, which are on disk.
        """
        try:
            asked = AddCheckpoint.parse(body)
            note = parse_note(asked.checkpoint)
        except (WireError, NoteError) as error:
            return refusal(400, str(error))
        try:
            log, checkpoint = self._open(note)
            cosigned = self.advance(log, asked, checkpoint, note)
        except AnswerError as error:
            return error.answer
        lines = own_lines(cosigned.note, self.keys)
        return Answer(status=200, body=format_lines(lines))

    def advance(
        self, log: KnownLog, asked: AddCheckpoint, checkpoint: Checkpoint, note: Note
    ) -> Cosigned:
        """Cosign a checkpoint whose log signature has been checked, if it continues the last.

        Raises:
            AnswerError: 400, 403, 409 or 422.
        """
        refuse_own_log(log, self.keys)
        if asked.old_size > checkpoint.size:
            raise AnswerError(refusal(400, "the old size is beyond the checkpoint's"))
        kept = tuple(dict.fromkeys(line for line in note.signatures if _is_of(line, log)))

        def decide(old: Cosigned | None) -> Cosigned:
            held = empty_tree(log.origin) if old is None else old.checkpoint
            if asked.old_size != held.size:
                raise AnswerError(
                    Answer(status=409, body=format_size(held.size), content_type=SIZE_TYPE)
                )
            try:
                verify_consistency(
                    held.size, checkpoint.size, asked.path, held.root, checkpoint.root
                )
            except ProofError as error:
                if old is not None and checkpoint.size == held.size:
                    self._keep(old, note, str(error))
                raise AnswerError(refusal(422, str(error))) from error
            at_s = max(self.clock(), 1, 0 if old is None else old.at_s)
            lines = tuple(cosign(checkpoint, key, at_s) for key in self.keys)
            signed = Note(note.text, (*kept, *lines)).to_bytes()
            return Cosigned(checkpoint=checkpoint, at_s=at_s, note=signed)

        return self.store.replace(log.origin, decide)

    def _open(self, note: Note) -> tuple[KnownLog, Checkpoint]:
        """Find whose checkpoint it is, and check the log's signatures."""
        log = self.store.log(note.text.split("\n", 1)[0])
        if log is None:
            raise AnswerError(refusal(404, "this log is not known here"))
        if note.text.count("\n") != len(("origin", "size", "root")):
            raise AnswerError(refusal(400, "a checkpoint with extension lines is not cosigned"))
        try:
            verify(note, log.vkeys)
            return log, parse_checkpoint(note.text)
        except CheckpointError as error:
            # Size 0 with another root is a wrong statement, anything else is no checkpoint at all.
            status = 422 if note.text.split("\n")[1] == "0" else 400
            raise AnswerError(refusal(status, str(error))) from error
        except NoteError as error:
            raise AnswerError(refusal(403, str(error))) from error

    def _keep(self, old: Cosigned, note: Note, reason: str) -> None:
        """Keep both notes: two roots for one size, signed by the log, need no further proof."""
        facts: dict[str, str | int | None] = {"reason": reason, "size": old.checkpoint.size}
        keep_evidence(self.evidence, old.note, note.to_bytes(), facts)


def refusal(status: int, reason: str) -> Answer:
    """Return an answer of one line that says why."""
    return Answer(status=status, body=f"{reason}\n".encode())


def refuse_own_log(log: KnownLog, keys: Sequence[Skey]) -> None:
    """Refuse to cosign a log under its own name: the line would read as the log's signature.

    Raises:
        AnswerError: 403.
    """
    if any(key.name == log.origin for key in keys):
        raise AnswerError(refusal(403, "a log is not its own witness: they share a name"))


def empty_tree(origin: str) -> Checkpoint:
    """Return what a witness holds of a log before it has cosigned anything."""
    return Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)


def own_lines(note: bytes, keys: Sequence[Skey]) -> tuple[NoteSignature, ...]:
    """Return the lines of a note that name these keys."""
    names = {(key.name, key.vkey.key_id) for key in keys}
    return tuple(line for line in parse_note(note).signatures if (line.name, line.key_id) in names)


def _is_of(line: NoteSignature, log: KnownLog) -> bool:
    """Say whether a line is by a key of the log; all such lines have been checked."""
    return any((line.name, line.key_id) == (key.name, key.key_id) for key in log.vkeys)
