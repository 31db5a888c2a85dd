"""A status copy: what became of a certificate, in an unsealed paper that brings the issued file.

It prints nothing but what its own attachments prove: the status row in a committed state, the
errata if there are any, the issued file, and the registry's name by entry 0 inside that. So whoever
has it can draw it again, and the same attachments give the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from certificates import wording_status as words_of
from certificates.amounts import tonnes_text
from certificates.content_body import row_of
from certificates.content_parts import ContentError, Fact, Pair, words
from certificates.errata import correction_fact, read_errata
from certificates.status_list import STATUS
from contracts.dates import BEIJING
from contracts.lookup import RowError, integer_of, objects_of, text_of
from contracts.values import Json
from ledger.log.canonical import NotCanonicalError, parse_canonical
from ledger.log.entry import EntryError, parse_entry
from ledger.log.merkle import ProofError
from ledger.log.note import NoteError, parse_note
from ledger.log.proof import TlogProof
from ledger.log.state_claims import Presence
from ledger.log.state_file import StateProof, read_commitment
from ledger.log.state_proof import StateProofError
from ledger.log.tree_head import parse_checkpoint

ORIGINAL: Final = "original.pdf"
GRAVE: Final = frozenset({"revoked", "suspended"})
_EPOCH: Final = datetime(1970, 1, 1, 8, tzinfo=BEIJING)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusStatement:
    """What a status copy is made from; the same statement gives the same bytes.

    Attributes:
        registry_entry: Canonical bytes of entry 0, which the issued file brings.
        state_proof: The certificate's status row in a committed state.
        errata_proof: All its errata in that state; none if it has none.
        original: The file as issued.
        base_url: Where the registry answers.
        mirror_url: A second address.
        verifier_sha256: Digest of the offline verifier, hex.
    """

    registry_entry: bytes
    state_proof: bytes
    errata_proof: bytes = b""
    original: bytes
    base_url: str
    mirror_url: str | None
    verifier_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusContent:
    """A status copy in words.

    Attributes:
        number: The certificate's number.
        state: One of the states of a status row.
        is_demo: Whether the registry is a demonstration.
        registry: Its name.
        issuer: Who issues.
        facts: What happened, as of when, and to which file.
        at_us: When the state was committed to.
    """

    number: str
    state: str
    is_demo: bool
    registry: Pair
    issuer: Pair
    facts: tuple[Fact, ...]
    at_us: int


def status_content(statement: StatusStatement) -> StatusContent:
    """Put a status copy into words.

    Raises:
        ContentError: the proofs are of no certificate's status, or do not fit together.
    """
    try:
        return _content(statement)
    except (
        EntryError,
        KeyError,
        NotCanonicalError,
        NoteError,
        ProofError,
        RowError,
        StateProofError,
    ) as error:
        raise ContentError(f"no status: {error}") from error


def _content(statement: StatusStatement) -> StatusContent:
    proof = StateProof.parse(statement.state_proof)
    claim = proof.claim
    if not isinstance(claim, Presence) or not claim.key.startswith(STATUS):
        raise ContentError("the state proof is of no certificate's status")
    row = parse_canonical(claim.value.encode())
    if not isinstance(row, dict):
        raise ContentError("the status row is no object")
    registry = row_of(parse_entry(statement.registry_entry), "registry")
    return StatusContent(
        number=claim.key.removeprefix(STATUS),
        state=text_of(row, "state"),
        is_demo=registry["environment"] != "production",
        registry=words(registry["name"]),
        issuer=words(registry["issuer"]),
        facts=(*_facts(row), *_as_of(proof), *_corrected(statement), *_original(statement)),
        at_us=read_commitment(parse_entry(proof.entry)).at_us,
    )


def _facts(row: Mapping[str, Json]) -> list[Fact]:
    facts = [
        Fact(words_of.REASON, words_of.REASONS[text_of(row, "reason")]),
        Fact(words_of.BY_ENTRY, words_of.EVENTS[text_of(row, "event")], (_entry_line(row),)),
    ]
    if row["evidence_sha256"] is not None:
        facts.append(Fact(words_of.CASE_FILE, Pair(""), (text_of(row, "evidence_sha256"),)))
    if row["impaired_kg"]:
        impaired = f"{tonnes_text(integer_of(row, 'impaired_kg'))} tCO2e"
        facts.append(Fact(words_of.IMPAIRED, Pair(""), (impaired,)))
    events = objects_of(row, "history")
    if len(events) > 1:
        lines = tuple(f"{_entry_line(one)} · {_event(one)}" for one in events)
        facts.append(Fact(words_of.HISTORY, Pair(""), lines))
    return facts


def _event(row: Mapping[str, Json]) -> str:
    event = words_of.EVENTS[text_of(row, "event")]
    return f"{event.zh} {event.en}"


def _entry_line(row: Mapping[str, Json]) -> str:
    return f"#{integer_of(row, 'seq')} · {time_text(integer_of(row, 'at_us'))}"


def moment_of(at_us: int) -> datetime:
    """Return a log time in Beijing, in whole seconds."""
    return _EPOCH + timedelta(seconds=at_us // 1_000_000)


def time_text(at_us: int) -> str:
    """Write a log time as papers do."""
    return f"{moment_of(at_us):%Y-%m-%d %H:%M:%S} UTC+8"


def _as_of(proof: StateProof) -> list[Fact]:
    commitment = read_commitment(parse_entry(proof.entry))
    tree = parse_checkpoint(parse_note(TlogProof.parse(proof.proof).checkpoint).text)
    return [
        Fact(
            words_of.AS_OF,
            words_of.as_of(commitment.through, commitment.seq),
            (time_text(commitment.at_us),),
        ),
        Fact(words_of.CHECKPOINT, Pair(""), (f"{tree.size} · {tree.origin}", tree.root.hex())),
    ]


def _corrected(statement: StatusStatement) -> list[Fact]:
    errata = read_errata(statement.state_proof, statement.errata_proof)
    return [correction_fact(one) for one in errata.corrections] if errata else []


def _original(statement: StatusStatement) -> list[Fact]:
    digest = sha256(statement.original).hexdigest()
    line = f"{ORIGINAL} · {len(statement.original):,} bytes"
    return [Fact(words_of.ORIGINAL, words_of.ORIGINAL_NOTE, (line, f"SHA-256 {digest}"))]
