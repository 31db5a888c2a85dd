"""What the registry can say of an entry today: proofs under the published checkpoint, signed words.

A paper is issued only on a checkpoint that meets the registry's own published policy, and on a
state that the log has committed to since the stating entry: what readers will ask for is asked for
here first.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

from api.founding import service_seed
from api.pages.offline import offline_page
from api.proving import store_of
from certificates.errata import ERRATUM
from certificates.outline import outline_key
from certificates.service_key import ServiceKey
from certificates.statement import RIGHT, Statement, attested
from certificates.status_list import STATUS
from certificates.verify_state import SUPERSEDED, VALID
from contracts.v1.certificate_record import SERVICE
from contracts.values import Json
from ledger.log.canonical import parse_canonical
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import parse_entry
from ledger.log.policy import PolicyError, check_policy
from ledger.log.proof import TlogProof
from ledger.log.state_claims import Presence
from ledger.log.state_file import StateProof, read_commitment
from ledger.publish.quorum import read_policy
from ledger.registry import Registry
from ledger.state.proving import prove_key, prove_prefix
from ledger.state.records import StateDamagedError
from ledger.state.view import NotCommittedError, prove_each

_UNCOVERED: Final = "no published checkpoint covers entry {}; run: sinkledger checkpoint"
ADVICE: Final = "run: sinkledger state commit, then: sinkledger checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a certificate states: of which kind, by which entry, under which number."""

    kind: str
    seq: int
    number: str


class NotStatedError(Exception):
    """The registry cannot say this yet, or no more; the text says why and what to do."""


class NotYetError(NotStatedError):
    """What it needs is not committed or not published yet; a publisher at work changes that."""


def statement_of(registry: Registry, kind: str, seq: int, number: str) -> Statement:
    """Return what the certificate of an entry is made from.

    Raises:
        NotStatedError: no published checkpoint covers the entry, it does not meet the published
            policy, no committed state includes the entry, or the certificate is not valid.
        KeyFileError: the service's key is missing or not private.
    """
    (found,) = statements_of(registry, [Stated(kind=kind, seq=seq, number=number)])
    if isinstance(found, NotStatedError):
        raise found
    return attested(found, service_key(registry))


def statements_of(registry: Registry, asked: Sequence[Stated]) -> list[Statement | NotStatedError]:
    """Return what each of several certificates is made from, not attested, or why it is not stated.

    All stand on one checkpoint and one picture of the state, so that they cost little each.

    Raises:
        NotStatedError: none of them can be stated; see `statement_of`.
    """
    note, shown = _published(registry)
    proofs = _state_proofs(registry, asked)
    paths = registry.proofs((one.seq for one in asked if one.seq < shown.size), shown.size)
    first = registry.entry_bytes(0)
    verifier = sha256(bytes(offline_page("verify.html").body)).hexdigest()
    found: list[Statement | NotStatedError] = []
    for one, state_proof in zip(asked, proofs, strict=True):
        if one.seq not in paths:
            found.append(NotYetError(_UNCOVERED.format(one.seq)))
        elif isinstance(state_proof, NotStatedError):
            found.append(state_proof)
        else:
            proven, errata, outline = state_proof
            proof = TlogProof(index=one.seq, path=paths[one.seq], checkpoint=note)
            statement = Statement(
                kind=one.kind,
                registry_entry=first,
                entry=registry.entry_bytes(one.seq),
                proof=proof.to_bytes(),
                state_proof=proven,
                errata_proof=errata,
                outline_proof=outline,
                base_url=registry.settings.base_url,
                mirror_url=registry.settings.mirror_url,
                verifier_sha256=verifier,
            )
            found.append(statement)
    return found


def changed_since(registry: Registry, stated: Mapping[str, bytes]) -> set[str]:
    """Return which certificates have another status row than when they were stated.

    Args:
        registry: Whose ledger says what stands now.
        stated: Number -> the state proof that its paper brings.
    """
    rows = registry.books().rows([f"{STATUS}{number}" for number in stated])
    # Rows never go away, so where none stands now there was none.
    now = {key.removeprefix(STATUS): row for key, row in rows.items()}
    return {number for number in now if _status(StateProof.parse(stated[number])) != now[number]}


def service_key(registry: Registry) -> ServiceKey:
    """Return the key of the service that issues certificates.

    Raises:
        KeyFileError: it is missing or not private.
    """
    return ServiceKey(seed=service_seed(registry.settings, SERVICE))


def _published(registry: Registry) -> tuple[bytes, Checkpoint]:
    """Return the published note and its checkpoint, which the published policy must accept."""
    note = registry.checkpoint()
    if note is None:
        raise NotStatedError("nothing is published yet; run: sinkledger checkpoint")
    try:
        policy = read_policy(registry.settings)
        if policy is None:
            raise NotStatedError("the registry has no published policy; run: sinkledger publish")
        return note, check_policy(policy, note).checkpoint
    except OSError as error:
        raise NotStatedError(f"the published policy cannot be read: {error}") from error
    except PolicyError as error:
        raise NotStatedError(
            f"the published checkpoint does not meet the published policy: {error}; "
            "once its witnesses answer, run: sinkledger checkpoint"
        ) from error


def _state_proofs(
    registry: Registry, asked: Sequence[Stated]
) -> list[tuple[bytes, bytes, bytes] | NotStatedError]:
    """Return for each certificate proofs of status, errata and outline, or why it is not issued.

    Of a certificate that was never corrected there is nothing to prove about errata, and only a
    parcel may have a published outline.
    """
    keys = (f"{STATUS}{one.number}" for one in asked)
    claims = [partial(prove_key, key=key) for key in keys]
    try:
        with closing(store_of(registry)) as store:
            proofs = prove_each(registry, store, claims)
            corrected = [
                one.number for one, proof in zip(asked, proofs, strict=True) if _is_corrected(proof)
            ]
            lists = [partial(prove_prefix, prefix=f"{ERRATUM}{number}/") for number in corrected]
            listed = prove_each(registry, store, lists) if lists else []
            parcels = _outline_keys(registry, asked)
            drawn = [partial(prove_key, key=key) for key in parcels.values()]
            outlined = prove_each(registry, store, drawn) if drawn else []
    except NotCommittedError as error:
        raise NotYetError(f"{error}; {ADVICE}") from error
    except StateDamagedError as error:
        raise NotStatedError(
            f"state.db is damaged: {error}; run: sinkledger state commit"
        ) from error
    if any(one.entry != proofs[0].entry for one in (*listed, *outlined)):
        raise NotYetError("a new state was committed meanwhile; try again")
    errata = {number: proof.to_bytes() for number, proof in zip(corrected, listed, strict=True)}
    outlines = {
        number: proof.to_bytes()
        for number, proof in zip(parcels, outlined, strict=True)
        if isinstance(proof.claim, Presence)
    }
    through = read_commitment(parse_entry(proofs[0].entry)).through if proofs else -1
    return [
        _unfit(registry, one, proof, through)
        or (proof.to_bytes(), errata.get(one.number, b""), outlines.get(one.number, b""))
        for one, proof in zip(asked, proofs, strict=True)
    ]


def _outline_keys(registry: Registry, asked: Sequence[Stated]) -> dict[str, str]:
    """Return by the numbers of rights where the outlines of their parcels would stand."""
    rights = [one for one in asked if one.kind == RIGHT]
    keys = {one.number: outline_key(parse_entry(registry.entry_bytes(one.seq))) for one in rights}
    return {number: key for number, key in keys.items() if key is not None}


def _status(proof: StateProof) -> dict[str, Json] | None:
    """Return the status row that stands in the committed state."""
    if not isinstance(proof.claim, Presence):
        return None
    row = parse_canonical(proof.claim.value.encode())
    return row if isinstance(row, dict) else None


def _is_corrected(proof: StateProof) -> bool:
    row = _status(proof)
    return row is not None and row["state"] == SUPERSEDED


def _unfit(
    registry: Registry, one: Stated, proof: StateProof, through: int
) -> NotStatedError | None:
    """Say why a certificate is not issued in the state that the proof speaks of, if it is not."""
    if through < one.seq:
        return NotYetError(
            f"the committed state ends at entry {through}, before entry {one.seq}; {ADVICE}"
        )
    row = _status(proof)
    if row is not None and row["state"] not in (SUPERSEDED, VALID):
        return NotStatedError(f"{one.number} is {row['state']}; only what is valid is issued")
    # A paper on yesterday's state would print texts that were corrected since.
    if registry.books().row(f"{STATUS}{one.number}") != row:
        return NotStatedError(f"the status of {one.number} has changed since; {ADVICE}")
    return None
