"""What the registry can say of an entry today: proofs under the published checkpoint, signed words.

A paper is issued only on a checkpoint that meets the registry's own published policy, and on a
state that the log has committed to since the stating entry: what readers will ask for is asked for
here first.
"""

from contextlib import closing
from hashlib import sha256

from api.founding import service_seed
from api.pages.offline import offline_page
from api.proving import store_of
from certificates.service_key import ServiceKey
from certificates.statement import Statement, attested
from certificates.status_list import STATUS
from certificates.verify_state import VALID
from contracts.v1.certificate_record import SERVICE
from ledger.log.canonical import parse_canonical
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import parse_entry
from ledger.log.policy import PolicyError, check_policy
from ledger.log.proof import TlogProof
from ledger.log.state_claims import Presence
from ledger.log.state_file import StateProof, read_commitment
from ledger.publish.quorum import read_policy
from ledger.registry import Registry
from ledger.state.proving import prove_key
from ledger.state.records import StateDamagedError
from ledger.state.view import NotCommittedError, prove


class NotStatedError(Exception):
    """The registry cannot say this yet, or no more; the text says why and what to do."""


def statement_of(registry: Registry, kind: str, seq: int, number: str) -> Statement:
    """Return what the certificate of an entry is made from.

    Raises:
        NotStatedError: no published checkpoint covers the entry, it does not meet the published
            policy, no committed state includes the entry, or the certificate is not valid.
        KeyFileError: the service's key is missing or not private.
    """
    note, published = _published(registry)
    if published.size <= seq:
        raise NotStatedError(
            f"no published checkpoint covers entry {seq}; run: sinkledger checkpoint"
        )
    proof = TlogProof(index=seq, path=registry.proof(seq, published.size), checkpoint=note)
    statement = Statement(
        kind=kind,
        registry_entry=registry.entry_bytes(0),
        entry=registry.entry_bytes(seq),
        proof=proof.to_bytes(),
        state_proof=_state_proof(registry, seq, number).to_bytes(),
        base_url=registry.settings.base_url,
        mirror_url=registry.settings.mirror_url,
        verifier_sha256=sha256(bytes(offline_page("verify.html").body)).hexdigest(),
    )
    return attested(statement, service_key(registry))


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


def _state_proof(registry: Registry, seq: int, number: str) -> StateProof:
    advice = "run: sinkledger state commit, then: sinkledger checkpoint"
    try:
        with closing(store_of(registry)) as store:
            proof = prove(registry, store, lambda view: prove_key(view, f"{STATUS}{number}"))
    except NotCommittedError as error:
        raise NotStatedError(f"{error}; {advice}") from error
    except StateDamagedError as error:
        raise NotStatedError(
            f"state.db is damaged: {error}; run: sinkledger state commit"
        ) from error
    through = read_commitment(parse_entry(proof.entry)).through
    if through < seq:
        raise NotStatedError(
            f"the committed state ends at entry {through}, before entry {seq}; {advice}"
        )
    if isinstance(proof.claim, Presence):
        row = parse_canonical(proof.claim.value.encode())
        state = row["state"] if isinstance(row, dict) else None
        if state != VALID:
            raise NotStatedError(f"{number} is {state}; only what is valid is issued")
    return proof
