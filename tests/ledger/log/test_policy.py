"""Policies: a quorum is a quorum, and only the log and its witnesses make one."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.checkpoint import sign_checkpoint
from ledger.log.cosignature import cosign
from ledger.log.key import Skey
from ledger.log.note import NoteSignature, sign
from ledger.log.policy import (
    Policy,
    PolicyError,
    check_policy,
    parse_policy,
)
from tests.support.policies import (
    LOG,
    LOG_PQ,
    NOW,
    POLICY,
    TEXT,
    TREE,
    WITNESSES,
    note_of,
    with_wrong_signature,
)


def enough(names: tuple[str, ...]) -> bool:
    return len({"x1", "x2", "x3"} & set(names)) >= 2 and bool({"y1", "y2"} & set(names))


@pytest.mark.parametrize("count", range(6))
def test_the_example_of_the_specification_counts_as_it_says(count: int) -> None:
    for names in combinations(WITNESSES, count):
        assert POLICY.is_met(names) == enough(names)
        note = note_of(*names).to_bytes()
        if enough(names):
            verdict = check_policy(POLICY, note)
            assert verdict.checkpoint == TREE
            assert [name for name, _ in verdict.witnesses] == list(names)
        else:
            with pytest.raises(PolicyError, match="quorum both is not met"):
                check_policy(POLICY, note)


def test_states_by_when_the_quorum_had_witnessed() -> None:
    verdict = check_policy(POLICY, note_of("x1", "y1", "x2", "x3").to_bytes())
    assert verdict.witnesses == (("x1", NOW), ("y1", NOW + 1), ("x2", NOW + 2), ("x3", NOW + 3))
    assert verdict.witnessed_at == NOW + 1


def test_without_a_quorum_the_log_alone_is_enough_and_witnesses_are_still_named() -> None:
    policy = replace(POLICY, quorum="none")
    assert check_policy(policy, note_of().to_bytes()).witnesses == ()
    verdict = check_policy(policy, note_of("y1").to_bytes())
    assert verdict.witnesses == (("y1", NOW),)
    assert verdict.witnessed_at is None


@pytest.mark.parametrize("signers", [(LOG,), (LOG_PQ,), (LOG, LOG_PQ)])
def test_any_key_of_the_log_is_enough(signers: tuple[Skey, ...]) -> None:
    assert check_policy(POLICY, note_of("x1", "x2", "y2", signers=signers).to_bytes())


def test_a_quorum_without_the_log_is_nothing() -> None:
    note = note_of("x1", "x2", "x3", "y1", "y2")
    alone = replace(note, signatures=note.signatures[1:]).to_bytes()
    with pytest.raises(PolicyError, match="has not signed"):
        check_policy(POLICY, alone)


def test_a_log_that_the_policy_does_not_know_is_refused() -> None:
    other = Skey("other.example", bytes([3]) * 32)
    tree = replace(TREE, origin="other.example")
    with pytest.raises(PolicyError, match=r"no log other\.example"):
        check_policy(POLICY, sign_checkpoint(tree, [other]))
    with pytest.raises(PolicyError, match="no log"):
        check_policy(Policy(logs=()), note_of().to_bytes())


def test_one_log_cannot_speak_for_another() -> None:
    second = Skey("second.example", bytes([4]) * 32)
    policy = Policy.of_keys([LOG.vkey, second.vkey])
    foreign = sign(replace(TREE, origin="second.example").to_text(), [LOG])
    with pytest.raises(PolicyError):
        check_policy(policy, foreign)


def test_a_witness_counts_once_and_only_for_this_very_checkpoint() -> None:
    policy = parse_policy(TEXT.replace("quorum both", "quorum X"))
    doubled = note_of("x1", "x1").to_bytes()
    with pytest.raises(PolicyError, match="not met: cosigned by x1"):
        check_policy(policy, doubled)
    other = cosign(replace(TREE, size=22), WITNESSES["x2"], NOW)
    note = note_of("x1")
    with pytest.raises(PolicyError, match="does not verify"):
        check_policy(policy, replace(note, signatures=(*note.signatures, other)).to_bytes())


def test_a_failing_line_of_a_witness_that_is_not_needed_still_refuses_the_note() -> None:
    note = note_of("x1", "x2", "y1", "y2")
    *good, last = note.signatures
    spoiled = with_wrong_signature(last)
    with pytest.raises(PolicyError, match="does not verify"):
        check_policy(POLICY, replace(note, signatures=(*good, spoiled)).to_bytes())


def test_a_line_of_the_log_never_counts_as_a_witness() -> None:
    policy = parse_policy(TEXT.replace("quorum both", "quorum Y"))
    with pytest.raises(PolicyError, match="not met: cosigned by no witness"):
        check_policy(policy, note_of(signers=(LOG, LOG_PQ)).to_bytes())


def test_a_cosignature_without_a_time_does_not_count() -> None:
    policy = parse_policy(TEXT.replace("quorum both", "quorum Y"))
    timeless = cosign(TREE, WITNESSES["y2"], 0)
    note = note_of()
    note = replace(note, signatures=(*note.signatures, timeless))
    with pytest.raises(PolicyError, match="not met"):
        check_policy(policy, note.to_bytes())


def test_lines_of_strangers_are_ignored() -> None:
    stranger = NoteSignature("x1.example/w", b"\0\0\0\0", b"junk")
    note = note_of("x1", "x2", "y1")
    note = replace(note, signatures=(stranger, *note.signatures))
    assert check_policy(POLICY, note.to_bytes()).checkpoint == TREE


@given(at=st.integers(0, 100_000), bit=st.integers(0, 7))
def test_no_flipped_bit_changes_what_a_note_says(at: int, bit: int) -> None:
    good = GOOD_NOTE
    changed = bytearray(good)
    changed[at % len(good)] ^= 1 << bit
    try:
        verdict = check_policy(POLICY, bytes(changed))
    except PolicyError:
        return
    # A changed name or key ID makes a line a stranger's: then it must not have been needed.
    assert verdict.checkpoint == TREE
    assert POLICY.is_met([name for name, _ in verdict.witnesses])


GOOD_NOTE = note_of("x1", "x2", "x3", "y1", "y2", signers=(LOG, LOG_PQ)).to_bytes()


@given(note=st.binary() | st.text().map(str.encode))
def test_any_bytes_meet_no_policy(note: bytes) -> None:
    with pytest.raises(PolicyError):
        check_policy(POLICY, note)
