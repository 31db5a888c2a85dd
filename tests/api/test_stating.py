"""What issuing asks first: a good checkpoint, a committed state, no status row."""

from dataclasses import dataclass, replace
from hashlib import sha256

import pytest

from api import stating
from api.committing import commit_state
from api.issuing import Issuer, IssuingError
from api.stating import NotStatedError, statement_of
from certificates.number import certificate_number
from certificates.service_key import service_key_of
from contracts.lookup import integer_of
from ledger.files import write_atomically
from ledger.log.canonical import canonical
from ledger.log.key import ALG_COSIGNATURE, Skey
from ledger.log.proof import TlogProof
from ledger.log.state_claims import Presence
from ledger.log.state_file import StateProof
from ledger.publish.publisher import publish
from ledger.registry import Registry
from tests.support.architecture import ROOT
from tests.support.people import digest
from tests.support.service import Service


@dataclass(frozen=True, slots=True)
class Case:
    """The demonstration's first retirement."""

    registry: Registry
    seq: int
    number: str
    now_us: int

    def state(self) -> object:
        return statement_of(self.registry, "RT", self.seq, self.number)


@pytest.fixture
def case(own_demo: Service) -> Case:
    row = own_demo.registry.books().rows_under("retire/", limit=1)[0][1]
    seq, at_us = integer_of(row, "retired_seq"), integer_of(row, "retired_at_us")
    number = certificate_number("RT", seq, at_us)
    return Case(own_demo.registry, seq, number, own_demo.now_us)


def test_both_proofs_lead_to_the_published_checkpoint(case: Case) -> None:
    statement = statement_of(case.registry, "RT", case.seq, case.number)
    state = StateProof.parse(statement.state_proof)
    notes = [TlogProof.parse(one).checkpoint for one in (statement.proof, state.proof)]
    assert notes == [case.registry.checkpoint()] * 2
    assert stating.service_key(case.registry).public == service_key_of(case.registry.entry(0))


def test_the_paper_names_the_verifier_that_the_registry_hands_out(case: Case) -> None:
    statement = statement_of(case.registry, "RT", case.seq, case.number)
    handed_out = (ROOT / "api" / "offline" / "verify.html").read_bytes()
    assert statement.verifier_sha256 == sha256(handed_out).hexdigest()


def test_a_checkpoint_below_the_published_policy_is_refused(case: Case) -> None:
    witness = Skey("late.example", digest("late"), ALG_COSIGNATURE).vkey.to_text()
    path = case.registry.settings.policy
    *logs, _ = (line for line in path.read_text().splitlines() if line.startswith("log "))
    text = "\n".join([*logs, f"witness late {witness}", "quorum late"]) + "\n"
    write_atomically(path, text.encode())
    with pytest.raises(NotStatedError, match=r"published policy.*run: sinkledger checkpoint"):
        case.state()


def test_a_policy_that_is_gone_is_named(case: Case) -> None:
    case.registry.settings.policy.unlink()
    with pytest.raises(NotStatedError, match="no published policy"):
        case.state()


def test_an_unpublished_commitment_waits_for_its_checkpoint(case: Case) -> None:
    assert commit_state(case.registry, case.now_us, on_demand=True) is not None
    with pytest.raises(NotStatedError, match="no checkpoint covers it yet; run: sinkledger state"):
        case.state()
    publish_alone(case)
    case.state()


def publish_alone(case: Case) -> None:
    """Publish without the demonstration's witnesses, under a policy that asks for none."""
    path = case.registry.settings.policy
    logs = [line for line in path.read_text().splitlines() if line.startswith("log ")]
    write_atomically(path, "\n".join([*logs, "quorum none"]).encode() + b"\n")
    publish(case.registry)


def test_a_state_before_the_entry_is_refused(case: Case) -> None:
    last = case.registry.size() - 1
    with pytest.raises(NotStatedError, match=r"before entry \d+; run: sinkledger state commit"):
        statement_of(case.registry, "RT", last, case.number)


def test_an_entry_beyond_the_checkpoint_is_refused(case: Case) -> None:
    with pytest.raises(NotStatedError, match="run: sinkledger checkpoint"):
        statement_of(case.registry, "RT", case.registry.size(), case.number)


def test_nothing_is_stated_before_the_first_checkpoint(case: Case) -> None:
    (case.registry.settings.log / "checkpoint").unlink()
    with pytest.raises(NotStatedError, match="nothing is published yet"):
        case.state()


@pytest.mark.parametrize("state", ["revoked", "suspended", "impaired", "expired"])
def test_only_a_valid_certificate_is_issued(
    case: Case, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    real = StateProof.parse(statement_of(case.registry, "RT", case.seq, case.number).state_proof)
    row = canonical({"at_us": 1, "reason": "ERROR", "seq": 1, "state": state}).decode()
    claim = Presence(key=f"status/{case.number}", value=row, path=b"")
    monkeypatch.setattr(stating, "prove_each", lambda *_: [replace(real, claim=claim)])
    with pytest.raises(NotStatedError, match=f"is {state}; only what is valid"):
        case.state()


def test_a_missing_key_is_named_before_anything_is_stored(case: Case) -> None:
    (case.registry.settings.keys / "service-certificates.pem").unlink()
    before = sorted(case.registry.settings.certificates.iterdir())
    issuer = Issuer(registry=case.registry, renderer=None, sealer=None)  # type: ignore[arg-type]  # never reached
    key = case.registry.books().rows_under("retire/", limit=1)[0][0]
    with pytest.raises(IssuingError, match="service-certificates"):
        issuer.issue(key, None)  # type: ignore[arg-type]  # never reached
    assert sorted(case.registry.settings.certificates.iterdir()) == before
