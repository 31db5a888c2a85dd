"""A stolen key of the log signs other histories, and nobody with a witness policy takes one."""

from pathlib import Path

from ledger.log.policy import check_policy
from tests.support import stolen_log_key as thief
from tests.support.witnesses import make_witness

FORKS = 100


def test_no_client_with_a_witness_policy_accepts_a_fork() -> None:
    assert check_policy(thief.policy(), thief.honest_note(9)).checkpoint.size == 9
    assert thief.accepted_by_client(thief.forks(FORKS), thief.policy()) == 0


def test_a_client_without_witnesses_is_deceived_by_most() -> None:
    """The saboteur: it is the policy that refuses, for the forks themselves are well made."""
    deceived = thief.accepted_by_client(thief.forks(FORKS), thief.policy(quorum=False))
    assert deceived >= FORKS * 3 // 5


def test_no_witness_cosigns_a_fork(tmp_path: Path) -> None:
    folder = make_witness(tmp_path / "w", thief.LOG)
    assert thief.accepted_by_witness(thief.forks(FORKS), folder) == 0
