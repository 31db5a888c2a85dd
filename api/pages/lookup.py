"""Looking a certificate up: from the number on the paper to what the log says of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.lives import VALID, Life, life_of
from api.pages.checkpoint import Published, check_covered, published
from api.problems import NotFoundError
from certificates.content import Content, content_of
from certificates.number import CertificateNumber, certificate_number, parse_number
from certificates.verify_ledger import recorded_errata
from contracts.check_digits import encode_id
from contracts.lookup import integer_of, object_of, objects_of, registry, text_of, texts_of
from ledger.log.entry import Entry
from ledger.registry import Registry

STATING: Final = {
    "CL": "claim.complete",
    "HD": "holding.state",
    "RG": "parcel.register",
    "RT": "units.retire",
}
NEIGHBOURS: Final = 2


class State(StrEnum):
    """What a page may say of a certificate; only `GOOD` is ever shown in green.

    A static copy never calls itself recent: it says as of which checkpoint it was made.
    """

    GOOD = "good"
    STALE = "stale"
    COPY = "copy"
    PENDING = "pending"
    UNRECORDED = "unrecorded"
    EXPIRED = "expired"
    IMPAIRED = "impaired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"

    @property
    def tone(self) -> str:
        """How the page is coloured: what must not be relied upon is red, the rest is ochre."""
        if self in (State.REVOKED, State.SUSPENDED):
            return "bad"
        calm = self in (State.EXPIRED, State.IMPAIRED, State.SUPERSEDED)
        return "stale" if calm else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One recorded file of a certificate: its copy number, digest, and the recording entry."""

    copy: int
    sha256: str
    seq: int
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known of a certificate.

    Attributes:
        state: What may be said of it.
        content: What the paper says: the stating entry, and what was corrected since.
        copies: The files recorded for it, oldest first.
        checkpoint: The published checkpoint, if there is one.
        covered: Whether the checkpoint provably covers the stating entry, the newest record and
            what happened last.
        is_current: Whether all of that is so as of a checkpoint that is fresh.
        life: What became of it.
        neighbours: The entries around the stating entry, itself among them.
        related: Numbers of the certificates that it cites or is cited by.
        vkey: The log's key as text, for comparison with one from elsewhere.
        seal_root_sha256: Digest of the seal's root certificate, likewise.
    """

    state: State
    content: Content
    copies: tuple[Copy, ...]
    checkpoint: Published | None
    covered: bool
    is_current: bool
    life: Life
    neighbours: tuple[Entry, ...]
    related: tuple[str, ...]
    vkey: str
    seal_root_sha256: str


def find(registry_: Registry, typed: str, *, now_us: int) -> Finding:
    """Look a certificate up by the number that somebody typed.

    Raises:
        NumberError: it is no number, or was copied wrongly.
        NotFoundError: a good number that no entry of this log bears.
        NoteError, ProofError, TamperedError: what is stored or published is damaged.
    """
    number = parse_number(typed)
    entry = _stating_entry(registry_, number)
    errata = recorded_errata(registry_, number.text)
    content = content_of(number.kind, registry_.entry(0), entry, errata)
    if content.number != number.text:
        raise NotFoundError(number.text)
    row = registry(registry_.books())
    checkpoint = published(registry_, row)
    copies, life = _copies(registry_, number.text), life_of(registry_, number.text)
    last = [copy.seq for copy in copies[-1:]] + [event.seq for event in life.events[-1:]]
    covered = checkpoint is not None and all(
        check_covered(registry_, checkpoint, registry_.entry(seq)) for seq in (number.seq, *last)
    )
    state = _state(registry_, checkpoint, copies, now_us, covered=covered)
    return Finding(
        state=state if not copies or life.state == VALID else State(life.state),
        content=content,
        copies=copies,
        checkpoint=checkpoint,
        covered=covered,
        is_current=state is State.GOOD,
        life=life,
        neighbours=_neighbours(registry_, number.seq),
        related=_related(registry_, number),
        vkey=texts_of(row, "log_vkeys")[0],
        seal_root_sha256=text_of(row, "seal_root_sha256"),
    )


def _stating_entry(registry_: Registry, number: CertificateNumber) -> Entry:
    if number.seq >= registry_.size():
        raise NotFoundError(number.text)
    entry = registry_.entry(number.seq)
    if entry.order["kind"] != STATING[number.kind]:
        raise NotFoundError(number.text)
    return entry


def _copies(registry_: Registry, number: str) -> tuple[Copy, ...]:
    row = registry_.books().row(f"cert/{number}")
    if row is None:
        return ()
    return tuple(
        Copy(
            copy=integer_of(item, "copy"),
            sha256=text_of(item, "sha256"),
            seq=integer_of(item, "recorded_seq"),
            at_us=integer_of(item, "recorded_at_us"),
        )
        for item in objects_of(row, "copies")
    )


def _state(
    registry_: Registry,
    checkpoint: Published | None,
    copies: tuple[Copy, ...],
    now_us: int,
    *,
    covered: bool,
) -> State:
    """Return the state; whatever cannot be shown to be so is not called good."""
    if not copies:
        return State.UNRECORDED
    if checkpoint is None or not covered:
        return State.PENDING
    fresh = checkpoint.is_fresh(now_us, registry_.settings.checkpoint_fresh_hours)
    # A read-only registry was restored or is damaged: what it says may be of yesterday.
    if not fresh or registry_.read_only_reason is not None:
        return State.STALE
    return State.GOOD


def _neighbours(registry_: Registry, seq: int) -> tuple[Entry, ...]:
    first, end = max(0, seq - NEIGHBOURS), min(registry_.size(), seq + NEIGHBOURS + 1)
    return tuple(registry_.entry(one) for one in range(first, end))


def _related(registry_: Registry, number: CertificateNumber) -> tuple[str, ...]:
    """Return the claim's certificate for a retirement, the retirements' for a claim, else none."""
    books = registry_.books()
    if number.kind == "RT":
        row = books.row(f"retire/{encode_id(number.seq)}")
        claim = books.row(f"claim/{row['claim']}") if row and row["claim"] else None
        if claim is None or claim["completion"] is None:
            return ()
        done = object_of(claim, "completion")
        return (certificate_number("CL", integer_of(done, "seq"), integer_of(done, "at_us")),)
    if number.kind in {"HD", "RG"}:
        return ()
    cert = registry_.entry(number.seq)
    claim_rows = [row["value"] for row in cert.rows if row["key"].startswith("claim/")]
    return tuple(
        certificate_number("RT", integer_of(item, "seq"), integer_of(item, "retired_at_us"))
        for item in objects_of(claim_rows[0], "retirements")
    )
