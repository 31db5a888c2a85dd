"""Issuing certificates: final → render → seal → store → record → release.

A certificate states an entry that a published checkpoint covers, in a state that the log commits
to, both as the published policy demands (`api/stating.py`). The file is stored before its
digest is recorded, and recorded before anyone gets it: a stolen seal cannot make a paper that
nobody can see. If we crash in between, the file without a record is not issued; issuing again
renders the same bytes but for the seal's time, and takes the same copy number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from api.drafting.draft import Desk, draft_order
from api.founding import service_seed
from api.keys import KeyFileError
from api.stating import NotStatedError, statement_of
from api.subjects import SubjectError, stated_by
from certificates.issue import issue
from certificates.render import Renderer
from certificates.seal import Sealer
from contracts.lookup import texts_of
from contracts.refusal import Refused
from contracts.v1.certificate_record import SERVICE
from contracts.values import Json
from ledger.files import write_atomically
from ledger.intake import read_envelope
from ledger.log.checkpoint import Checkpoint, log_keys, open_checkpoint
from ledger.log.entry import Entry
from ledger.registry import Registry


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
class Issuer:
    """What issuing needs: the registry, the renderer and the seal of this process."""

    registry: Registry
    renderer: Renderer
    sealer: Sealer

    def issue(self, subject: str, desk: Desk) -> Issued:
        """Issue the certificate of `retire/<id>`, `claim/<id>` or `parcel/<id>` as its next copy.

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
        known = self.registry.books().row(f"cert/{number}")
        copies = known["copies"] if known else []
        copy = len(copies) + 1 if isinstance(copies, Sequence) else 1
        path = self.registry.settings.certificates / file_name(number, copy)
        write_atomically(path, pdf)
        write_atomically(path.with_suffix(".tlog-proof"), statement.proof)
        digest = sha256(pdf).hexdigest()
        body: dict[str, Json] = {
            "copy": copy,
            "number": number,
            "proof_sha256": sha256(statement.proof).hexdigest(),
            "sha256": digest,
            "subject": subject,
        }
        entry = record_copy(self.registry, desk, body)
        return Issued(number=number, path=path, sha256=digest, copy=copy, recorded_seq=entry.seq)


def record_copy(registry: Registry, desk: Desk, body: dict[str, Json]) -> Entry:
    """Record a certificate's file, signed by the certificate service.

    Raises:
        IssuingError: the record was refused.
    """
    draft = draft_order(desk, "certificate.record", f"service/{SERVICE}", body)
    signed = draft.signed_with(service_seed(registry.settings, SERVICE))
    (result,) = registry.submit(
        [read_envelope(signed.envelope())], now_us=desk.now_us, clock_confirmed=True
    )
    if isinstance(result, Refused):
        raise IssuingError(f"the record was refused: {result}")
    return result


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
