"""Verifying good certificates, with all, some and none of the anchors, in and out of process."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.issue import issue
from certificates.seal import Sealer
from certificates.trust import Trust
from certificates.verdict import NOT_CHECKED, STEPS, Verdict
from certificates.verify import verify_pdf, verify_proof
from certificates.verify_log import Newer
from ledger.log.canonical import canonical
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.key import ALG_COSIGNATURE, Skey
from ledger.log.note import Note, parse_note
from ledger.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from ledger.log.proof import TlogProof
from ledger.log.state_file import StateProof
from tests.support.certificates import LOG_KEY
from tests.support.people import ORIGIN, digest
from tests.support.sealed_paper import WHEN, registry, renderer, sealed
from tests.support.tampering import edited, rendering

KINDS = [pytest.param("RT", id="retirement"), pytest.param("CL", id="claim")]


SIZE = len(registry().log.entries)


def states(verdict: Verdict) -> dict[str, str]:
    return {step.name: step.state for step in verdict.steps}


def checkpoint(size: int, name: str = "another root", key: Skey = LOG_KEY) -> bytes:
    note = Checkpoint(origin=key.name, size=size, root=digest(name))
    return sign_checkpoint(note, [key])


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_certificate_passes_every_step(kind: str) -> None:
    verdict = verify_pdf(sealed(kind), registry().trust)
    assert states(verdict) == dict.fromkeys(STEPS, "passed")
    assert verdict.ok
    assert (verdict.kind, verdict.checkpoint_size) == (kind, SIZE)
    assert verdict.facts.environment == "demo"
    assert verdict.facts.quantity_kg == 42_318


@pytest.mark.parametrize("kind", KINDS)
def test_poppler_and_qpdf_agree(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(sealed(kind))
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in said.stdout
    assert "Total document signed" in said.stdout
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True)
    assert checked.stderr == ""


def test_issuing_renders_and_seals() -> None:
    case = registry()
    data = issue(case.statement("RT"), case.sealer, renderer(), when=WHEN)
    assert verify_pdf(data, case.trust).ok


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mirror_url": None}, id="no-mirror"),
        pytest.param({"base_url": "http://127.0.0.1:8000"}, id="another-address"),
    ],
)
def test_a_certificate_may_name_other_addresses(changes: dict[str, object]) -> None:
    case = registry()
    data = issue(case.statement("RT", **changes), case.sealer, renderer(), when=WHEN)
    assert verify_pdf(data, case.trust).ok


@pytest.mark.parametrize(
    ("missing", "not_checked"),
    [
        pytest.param({"policy"}, {"entry", "proof", "state", "status"}, id="no-policy"),
        pytest.param({"seal_root"}, {"seal", "entry"}, id="no-seal-root"),
        pytest.param(
            {"policy", "seal_root"},
            {"seal", "entry", "proof", "state", "status"},
            id="an-empty-folder",
        ),
    ],
)
def test_without_its_anchor_a_step_is_not_checked(missing: set[str], not_checked: set[str]) -> None:
    trust = replace(registry().trust, **dict.fromkeys(missing))
    verdict = verify_pdf(sealed("RT"), trust)
    found = {name for name, state in states(verdict).items() if state == NOT_CHECKED}
    assert found == not_checked
    assert not verdict.ok
    assert not verdict.has_failed


def test_a_trusted_first_entry_must_be_the_attached_one() -> None:
    case = registry()
    good = replace(case.trust, opening=case.log.entries[0])
    assert verify_pdf(sealed("RT"), good).ok
    other = replace(case.trust, opening=case.log.entries[1])
    assert states(verify_pdf(sealed("RT"), other))["entry"] == "failed"


def attached_checkpoint() -> Checkpoint:
    proof = TlogProof.parse(registry().log.statement("RT").proof)
    return open_checkpoint(proof.checkpoint, [LOG_KEY.vkey], ORIGIN)


def test_a_newer_checkpoint_may_be_larger_or_the_same() -> None:
    same = sign_checkpoint(attached_checkpoint(), [LOG_KEY])
    for newest in (same, checkpoint(SIZE + 1), checkpoint(10**9)):
        assert verify_pdf(sealed("RT"), registry().trust, newer=Newer(note=newest)).ok


@pytest.mark.parametrize(
    "newest",
    [
        pytest.param(checkpoint(SIZE - 1), id="the-log-shrank"),
        pytest.param(checkpoint(SIZE), id="two-roots-at-one-size"),
        pytest.param(checkpoint(SIZE + 1, key=Skey(ORIGIN, digest("other"))), id="another-key"),
        pytest.param(
            checkpoint(SIZE + 1, key=Skey("other.example/log", digest("x"))), id="another-log"
        ),
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff" * 100, id="noise"),
    ],
)
def test_a_newer_checkpoint_that_contradicts_fails_the_status(newest: bytes) -> None:
    verdict = verify_pdf(sealed("RT"), registry().trust, newer=Newer(note=newest))
    assert [name for name, state in states(verdict).items() if state == "failed"] == ["status"]


WITNESSES = tuple(
    Skey(f"witness.example/{name}", digest(name), ALG_COSIGNATURE) for name in ("a", "b", "c")
)


def witnessed(*timestamps: int) -> bytes:
    """Return a retirement's paper whose proof as many witnesses have cosigned."""
    statement = registry().log.statement("RT")
    state = StateProof.parse(statement.state_proof)
    full = replace(
        statement,
        proof=cosigned(statement.proof, *timestamps),
        state_proof=replace(state, proof=cosigned(state.proof, *timestamps)).to_bytes(),
    )
    return issue(full, registry().sealer, renderer(), when=WHEN)


def cosigned(proof_bytes: bytes, *timestamps: int) -> bytes:
    proof = TlogProof.parse(proof_bytes)
    note = parse_note(proof.checkpoint)
    lines = [
        cosign(attached_checkpoint(), witness, timestamp)
        for witness, timestamp in zip(WITNESSES, timestamps, strict=False)
    ]
    full = Note(note.text, (*note.signatures, *lines)).to_bytes()
    return replace(proof, checkpoint=full).to_bytes()


def two_of_three() -> Trust:
    names = [witness.name.rpartition("/")[2] for witness in WITNESSES]
    policy = Policy(
        logs=(PolicyLog(LOG_KEY.vkey),),
        witnesses=tuple(
            PolicyWitness(name, witness.vkey)
            for name, witness in zip(names, WITNESSES, strict=True)
        ),
        groups=(PolicyGroup("most", 2, tuple(names)),),
        quorum="most",
    )
    return replace(registry().trust, policy=policy)


def test_a_paper_needs_the_witnesses_of_the_reader_s_policy() -> None:
    assert verify_pdf(witnessed(100, 200), two_of_three()).ok
    alone = verify_pdf(witnessed(100), two_of_three())
    assert alone.step("proof").state == "failed"
    assert "quorum most is not met" in alone.step("proof").en
    assert not verify_pdf(sealed("RT"), two_of_three()).ok


def test_a_reader_may_ask_for_a_fresh_checkpoint() -> None:
    paper = witnessed(100, 200)
    asked = [Newer(witnessed_after=after) for after in (100, 101)]
    verdicts = [verify_pdf(paper, two_of_three(), newer=newer) for newer in asked]
    assert [verdict.step("status").state for verdict in verdicts] == ["passed", "failed"]


def test_another_version_s_paper_is_compared_by_its_text() -> None:
    case = registry()

    def other_version(pdf: object) -> None:
        del pdf.docinfo["/Creator"]  # type: ignore[attr-defined] # a pikepdf.Pdf

    data = case.seal(edited(rendering("RT"), other_version))
    verdict = verify_pdf(data, case.trust)
    assert verdict.ok
    assert "drawing was not compared" in verdict.step("text").en


def test_a_sealed_file_differs_each_time_and_its_page_never() -> None:
    case, page = registry(), rendering("RT")
    one, other = case.seal(page), Sealer(case.folder / "keys").seal(page, when=WHEN)
    assert one != other
    assert one[: len(page)] == other[: len(page)] == page


def test_an_entry_and_its_proof_need_no_page() -> None:
    statement = registry().log.statement("RT")
    verdict = verify_proof(statement.entry, statement.proof, registry().trust)
    assert states(verdict) == dict.fromkeys(("entry", "proof", "status"), "passed")
    assert verdict.ok


@pytest.mark.parametrize(
    ("entry_seq", "proof_seq", "failed"),
    [
        pytest.param(24, 25, "proof", id="proof-of-another"),
        pytest.param(25, 24, "proof", id="entry-of-another"),
    ],
)
def test_a_proof_is_of_its_entry_only(entry_seq: int, proof_seq: int, failed: str) -> None:
    log = registry().log
    verdict = verify_proof(log.entries[entry_seq], log.proof(proof_seq), registry().trust)
    assert verdict.step(failed).state == "failed"


def test_a_proof_without_anchors_is_not_ok() -> None:
    statement = registry().log.statement("RT")
    verdict = verify_proof(statement.entry, statement.proof, Trust())
    assert not verdict.ok
    assert not verdict.has_failed


@given(entry=st.binary(max_size=300), proof=st.binary(max_size=300))
@settings(max_examples=30)
def test_noise_is_never_an_entry(entry: bytes, proof: bytes) -> None:
    assert not verify_proof(entry, proof, registry().trust).ok


def test_a_verdict_is_read_back_as_it_was_written() -> None:
    verdict = verify_pdf(sealed("CL"), registry().trust)
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict
    canonical(verdict.to_json())


def test_every_step_speaks_both_languages() -> None:
    for step in verify_pdf(b"", Trust()).steps:
        assert any("一" <= character <= "鿿" for character in step.zh)
        assert step.en.isascii()
