"""The log over HTTP: bytes that never change, proofs that verify, papers as they were recorded."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.log.merkle import leaf_hash
from ledger.log.policy import Policy, check_policy, parse_policy
from ledger.log.proof import ProofError, TlogProof, verify_entry
from tests.support.service import Service, is_problem


def policy_in(folder: Path) -> Policy:
    """Return the policy from the trust anchors."""
    return parse_policy((folder / "policy").read_text())


def entries(demo: Service) -> list[bytes]:
    """Return every entry as the service gives it."""
    answers = [demo.client.get(f"/v1/entries/{seq}") for seq in range(demo.registry.size())]
    return [answer.content for answer in answers]


def test_entries_are_the_lines_of_the_export(demo: Service, played: Path) -> None:
    lines = (played / "ledger.jsonl").read_bytes().splitlines()
    content = entries(demo)

    found = [line for line in lines if line in content]
    assert found == content


def test_an_entry_may_be_kept_for_ever_under_its_leaf_hash(demo: Service) -> None:
    answer = demo.client.get("/v1/entries/7")

    assert answer.headers["etag"] == f'"{leaf_hash(answer.content).hex()}"'
    assert "immutable" in answer.headers["cache-control"]
    assert json.loads(answer.content)["seq"] == 7


def test_every_entry_is_proven_in_the_checkpoint(demo: Service, played: Path) -> None:
    policy = policy_in(played)
    for seq, content in enumerate(entries(demo)):
        proof = TlogProof.parse(demo.client.get(f"/v1/entries/{seq}/proof").content)
        checkpoint = verify_entry(proof, content, policy=policy).checkpoint

        assert proof.index == seq
        assert checkpoint.origin == demo.get("/v1/registry")["origin"]
        assert checkpoint.size == demo.registry.size()
        assert checkpoint.root == demo.registry.root()
        with pytest.raises(ProofError):
            verify_entry(proof, content + b" ", policy=policy)


def test_the_checkpoint_is_signed_by_the_log(demo: Service, played: Path) -> None:
    note = demo.client.get("/v1/checkpoint").content

    checkpoint = check_policy(policy_in(played), note).checkpoint
    assert checkpoint.origin == demo.get("/v1/registry")["origin"]
    assert checkpoint.size == demo.registry.size()


def test_without_a_checkpoint_there_is_no_proof(before_transfer: Service) -> None:
    for path in ("/v1/checkpoint", "/v1/entries/0/proof"):
        answer = before_transfer.client.get(path)

        assert answer.status_code == 404
        assert is_problem(answer)


def test_a_paper_and_its_proof_are_the_recorded_ones(demo: Service) -> None:
    papers = demo.get("/v1/certificates")
    for paper in papers:
        copy = paper["copies"][-1]
        pdf = demo.client.get(f"/v1/certificates/{paper['id']}.pdf")
        proof = demo.client.get(f"/v1/certificates/{paper['id'].lower()}/proof")

        assert pdf.headers["content-type"] == "application/pdf"
        assert sha256(pdf.content).hexdigest() == copy["sha256"]
        assert sha256(proof.content).hexdigest() == copy["proof_sha256"]
    assert len(papers) == 5


def test_a_certificate_shows_what_it_states(demo: Service) -> None:
    for paper in demo.get("/v1/certificates"):
        shown = demo.get(f"/v1/certificates/{paper['id']}")

        assert shown["states"] == demo.registry.books().row(paper["subject"])


@pytest.mark.parametrize("suffix", [".pdf", "/proof"])
def test_a_changed_or_missing_file_is_never_given(own_demo: Service, suffix: str) -> None:
    number = own_demo.get("/v1/certificates")[0]["id"]
    extension = ".pdf" if suffix == ".pdf" else ".tlog-proof"
    path = (own_demo.registry.settings.certificates / number).with_suffix(extension)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    changed = own_demo.client.get(f"/v1/certificates/{number}{suffix}")
    path.unlink()
    missing = own_demo.client.get(f"/v1/certificates/{number}{suffix}")

    assert (changed.status_code, missing.status_code) == (404, 404)
    assert is_problem(changed)
    assert is_problem(missing)
