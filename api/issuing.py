"""Issuing certificates: final → render → seal → store → record → release.

A certificate states an entry that a published checkpoint covers, in a state that the log commits
to, both as the published policy demands (`api/stating.py`). The file is stored before its
digest is recorded, and recorded before anyone gets it: a stolen seal cannot make a paper that
nobody can see. If we crash in between, the file without a record is not issued; issuing again
renders the same bytes but for the seal's time, and takes the same copy number.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from api.drafting.draft import Desk, draft_order
from api.founding import service_seed
from api.keys import KeyFileError
from api.stating import NotStatedError, changed_since, statement_of
from api.subjects import SubjectError, stated_by
from certificates.issue import issue
from certificates.render import Renderer
from certificates.seal import Sealer
from contracts.lookup import list_of, texts_of
from contracts.refusal import Refused
from contracts.v1.certificate_record import SERVICE
from contracts.values import Json
from ledger.files import in_turn, write_atomically
from ledger.intake.envelope import read_envelope
from ledger.log.checkpoint import Checkpoint, log_keys, open_checkpoint
from ledger.log.entry import Entry
from ledger.registry import Registry
from ledger.settings import Settings

CHANGED: Final = "its status has changed since it was stated; commit, publish and issue again"


class IssuingError(Exception):
    """A certificate cannot be issued; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A released certificate: its number, its file, and the entry that records it."""

    number: str
    path: Path
    sha256: str
    copy: int
    recorded_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A sealed paper with its proofs, on its way into the ledger."""

    subject: str
    number: str
    copy: int
    pdf: bytes
    proof: bytes
    state_proof: bytes

    @property
    def sha256(self) -> str:
        """The digest that is recorded."""
        return sha256(self.pdf).hexdigest()

    def record(self) -> dict[str, Json]:
        """Return the body of its record."""
        return {
            "copy": self.copy,
            "number": self.number,
            "proof_sha256": sha256(self.proof).hexdigest(),
            "sha256": self.sha256,
            "subject": self.subject,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """What issuing needs: the registry, the renderer and the seal of this process."""

    registry: Registry
    renderer: Renderer
    sealer: Sealer

    def issue(self, subject: str, desk: Desk) -> Issued:
        """Issue the certificate of a subject, such as `retire/<id>`, as its next copy.

        Raises:
            IssuingError: there is no such subject, it is not complete, its certificate is not
                valid, no published checkpoint or committed state covers it yet, or none that meets
                the published policy, or the record was refused.
            TimeStampError: an authority is set and does not date the seal; nothing was recorded.
            SealKeyError: the seal's key does not sign.
        """
        try:
            stated = stated_by(subject, self.registry.books().row(subject))
            number = stated.number
            statement = statement_of(self.registry, stated.kind, stated.seq, number)
        except (NotStatedError, KeyFileError, SubjectError) as error:
            raise IssuingError(str(error)) from error
        when = datetime.fromtimestamp(desk.now_us // 1_000_000, tz=UTC)
        pdf = issue(statement, self.sealer, self.renderer, when=when)
        with turn_of(self.registry.settings):
            known = self.registry.books().row(f"cert/{number}")
            paper = Paper(
                subject=subject,
                number=number,
                copy=len(list_of(known, "copies")) + 1 if known else 1,
                pdf=pdf,
                proof=statement.proof,
                state_proof=statement.state_proof,
            )
            if changed_since(self.registry, {number: paper.state_proof}):
                raise IssuingError(CHANGED)
            path = store(self.registry.settings, paper)
            entry = record_copy(self.registry, desk, paper.record())
        return Issued(
            number=number,
            path=path,
            sha256=paper.sha256,
            copy=paper.copy,
            recorded_seq=entry.seq,
        )


def record_copy(registry: Registry, desk: Desk, body: dict[str, Json]) -> Entry:
    """Record a certificate's file, signed by the certificate service.

    Raises:
        IssuingError: the record was refused.
    """
    (result,) = record_copies(registry, desk, [body])
    if isinstance(result, Refused):
        raise IssuingError(f"the record was refused: {result}")
    return result


def record_copies(
    registry: Registry, desk: Desk, bodies: Sequence[Mapping[str, Json]]
) -> tuple[Entry | Refused, ...]:
    """Record files of certificates in one transaction, each signed by the certificate service.

    Raises:
        KeyFileError: the service's key is missing or not private.
    """
    seed = service_seed(registry.settings, SERVICE)
    drafts = (draft_order(desk, "certificate.record", f"service/{SERVICE}", one) for one in bodies)
    orders = [read_envelope(draft.signed_with(seed).envelope()) for draft in drafts]
    return registry.submit(orders, now_us=desk.now_us, clock_confirmed=True)


def store(settings: Settings, paper: Paper) -> Path:
    """Make a paper and its proof durable; return where the paper lies.

    If we crash here, or before the record, the files are nobody's: nothing hands out a file that
    is not recorded, and the next one of this number takes their place.

    Raises:
        OSError: the disk failed.
    """
    path = settings.certificates / file_name(paper.number, paper.copy)
    write_atomically(path, paper.pdf)
    write_atomically(path.with_suffix(".tlog-proof"), paper.proof)
    return path


def turn_of(settings: Settings) -> AbstractContextManager[None]:
    """Let one process at a time store and record, so that none overwrites what another records."""
    return in_turn(settings.data / "issuing")


def file_name(number: str, copy: int) -> str:
    """Return the name of a certificate's file: its number, and the copy from the second on."""
    return f"{number}.pdf" if copy == 1 else f"{number}-copy{copy}.pdf"


def checkpoint_of(registry: Registry) -> Checkpoint | None:
    """Return the checkpoint published last, its signature checked; nothing before the first.

    Raises:
        CheckpointError: the published file is not this log's.
    """
    note, row = registry.checkpoint(), registry.books().row("registry")
    if note is None or row is None:
        return None
    return open_checkpoint(note, log_keys(texts_of(row, "log_vkeys")), str(row["origin"]))
