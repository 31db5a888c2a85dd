"""State proof files: what they prove under a policy, and that nothing else comes through."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.canonical import canonical
from ledger.log.key import ALG_COSIGNATURE, Skey
from ledger.log.merkle import ProofError
from ledger.log.policy import parse_policy
from ledger.log.state_claims import Absence, Claim, Prefix, Presence, Unit
from ledger.log.state_file import StateProof, verify_state
from ledger.log.state_proof import StateProofError
from ledger.log.state_tree import tree_hash
from ledger.state.proving import NoBatchError, prove_prefix, prove_unit
from tests.support import state_vectors
from tests.support.certificates import demo_log
from tests.support.state_vectors import BATCH, claims, committed, committed_root, proof_of

VECTORS: dict[str, Any] = json.loads(state_vectors.PATH.read_text(encoding="utf-8"))
POLICY = parse_policy(VECTORS["policy"])
NOT_PROVEN = (StateProofError, ProofError)


def found(claim: Claim) -> list[tuple[str, Any]]:
    return list(verify_state(proof_of(claim), policy=POLICY).found)


def test_the_file_is_what_the_code_yields() -> None:
    assert state_vectors.PATH.read_text(encoding="utf-8") == state_vectors.text(), (
        "run python -m tests.support.state_vectors"
    )


def test_the_committed_root_is_that_of_the_state() -> None:
    assert tree_hash(committed().pairs) == committed_root()


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_each_file_proves_what_it_says(case: dict[str, Any]) -> None:
    data = case["file"].encode()
    proof = StateProof.parse(data)
    assert proof.to_bytes() == data
    proven = verify_state(proof, policy=POLICY)
    assert [{"key": key, "value": value} for key, value in proven.found] == case["found"]
    assert proven.commitment.through == proven.commitment.seq - 1
    assert proven.commitment.supply["gross"] == 948_500
    assert proven.verdict.checkpoint.size == len(demo_log().entries)


def test_says_where_a_unit_is() -> None:
    places = {number: found(prove_unit(committed(), BATCH, number)) for number in (0, 142_275)}
    assert places[0][0][1]["place"] == "cancelled/29"
    assert places[142_275][0][1]["place"] == "retired/24"
    assert found(prove_unit(committed(), BATCH, 200_000))[0][1]["place"] == "acct/00000066"


def test_says_that_a_unit_does_not_exist() -> None:
    assert found(prove_unit(committed(), BATCH, 948_500)) == []
    assert found(prove_unit(committed(), "BT-F-0009-20220101-20260831-01", 0)) == []


def test_a_unit_has_no_second_place() -> None:
    """Any two neighbours but its own do not prove where a unit is."""
    keys = committed().keys
    for before in keys:
        if before.startswith(f"block/{BATCH}/"):
            number = int(before.rpartition("/")[2])
            other = prove_unit(committed(), BATCH, number)
            assert isinstance(other, Unit)
            said = replace(other, number=200_000)
            if number == 184_593:
                assert found(said)
            else:
                with pytest.raises(StateProofError):
                    found(said)


def test_a_unit_needs_a_key_on_both_sides() -> None:
    view = committed()
    alone = replace(view, keys=view.keys[:3])
    with pytest.raises(NoBatchError):
        prove_unit(alone, BATCH, 0)


def test_all_batches_of_a_project_are_all() -> None:
    proof = prove_prefix(committed(), "batch/BT-F-0001-")
    assert [key for key, _ in found(proof)] == [f"batch/{BATCH}"]
    with pytest.raises(StateProofError):
        found(replace(proof, rows=()))


def test_rows_come_in_order_and_once() -> None:
    proof = prove_prefix(committed(), f"block/{BATCH}/")
    for rows in (proof.rows[::-1], (*proof.rows, proof.rows[-1])):
        with pytest.raises(StateProofError):
            found(replace(proof, rows=rows))


@pytest.mark.parametrize("name", claims())
@given(data=st.data())
def test_a_changed_file_proves_nothing_else(name: str, data: st.DataObject) -> None:
    claim = claims()[name]
    file = proof_of(claim).to_bytes()
    position = data.draw(st.integers(0, len(file) - 2))
    flipped = bytes([file[position] ^ data.draw(st.integers(1, 127))])
    changed = file[:position] + flipped + file[position + 1 :]
    try:
        proven = verify_state(StateProof.parse(changed), policy=POLICY)
    except NOT_PROVEN:
        return
    assert list(proven.found) == stands(StateProof.parse(changed).claim)


def stands(claim: Claim) -> list[tuple[str, Any]]:
    """Return what the state holds of what a claim speaks of, whatever it says of it."""
    if isinstance(claim, Unit):
        blocks = rows_under(f"block/{claim.batch}/")
        return [row for row in blocks if first_of(row[0]) <= claim.number < row[1]["end"]]
    if isinstance(claim, Prefix):
        return rows_under(claim.prefix)
    assert isinstance(claim, Presence | Absence)
    return [row for row in rows_under(claim.key) if row[0] == claim.key]


def rows_under(prefix: str) -> list[tuple[str, Any]]:
    return [(key, json.loads(value)) for key, value in committed().under(prefix)]


def first_of(block_key: str) -> int:
    return int(block_key.rpartition("/")[2])


def changing(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda value: value.update(fields)


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda value: value.pop(name)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(changing(v=2), id="another-version"),
        pytest.param(changing(kind="holding"), id="another-kind"),
        pytest.param(changing(kind="absence"), id="fields-of-another-kind"),
        pytest.param(changing(extra=1), id="a-field-more"),
        pytest.param(without("path"), id="no-path"),
        pytest.param(changing(path="0G"), id="no-hex"),
        pytest.param(changing(path="0" * 140_000), id="endless-path"),
        pytest.param(changing(value=None), id="no-value"),
        pytest.param(changing(value="{ }"), id="value-with-blanks"),
        pytest.param(changing(commitment={"entry": "{}", "proof": "x"}), id="no-entry"),
        pytest.param(changing(commitment={"entry": 7, "proof": "x"}), id="entry-is-no-text"),
    ],
)
def test_refuses_another_form(spoil: Callable[[dict[str, Any]], None]) -> None:
    value = json.loads(proof_of(claims()["a batch"]).to_bytes())
    spoil(value)
    with pytest.raises(NOT_PROVEN):
        verify_state(StateProof.parse(canonical(value)), policy=POLICY)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"v":1}', b"null\n"])
def test_refuses_what_is_no_file(data: bytes) -> None:
    with pytest.raises(StateProofError):
        StateProof.parse(data)


def test_refuses_a_commitment_that_is_none_or_not_in_the_log() -> None:
    good = proof_of(claims()["a batch"])
    log, seq = demo_log(), state_vectors.commitment_seq()
    later = len(log.entries) - 1
    for entry, proof in (
        (log.entries[seq + 1], log.proof(seq + 1)),
        (log.entries[seq], log.proof(seq + 1)),
        (log.entries[later], log.proof(seq)),
        (log.entries[seq].replace(b'"through":31', b'"through":30'), log.proof(seq)),
        (log.entries[later], log.proof(later)),
    ):
        with pytest.raises(NOT_PROVEN):
            verify_state(replace(good, entry=entry, proof=proof), policy=POLICY)


def test_refuses_another_log_and_a_missing_quorum() -> None:
    good = proof_of(claims()["a batch"])
    other = Skey("other.example/log", bytes(32)).vkey.to_text()
    witness = Skey("w.example", bytes(32), ALG_COSIGNATURE).vkey.to_text()
    for policy in (
        f"log {other}\nquorum none\n",
        f"log {state_vectors.LOG_KEY.vkey.to_text()}\nwitness w {witness}\nquorum w\n",
    ):
        with pytest.raises(ProofError):
            verify_state(good, policy=parse_policy(policy))


def test_a_value_is_the_very_text() -> None:
    claim = claims()["a batch"]
    assert isinstance(claim, Presence)
    with pytest.raises(StateProofError):
        found(replace(claim, value=claim.value.replace("948500", "948501")))


def test_a_prefix_may_be_a_whole_key() -> None:
    claim = prove_prefix(committed(), "registry")
    assert isinstance(claim, Prefix)
    assert [key for key, _ in found(claim)] == ["registry"]
