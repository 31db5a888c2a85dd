"""A thousand forks signed with the stolen keys of a log."""

from pathlib import Path

import pytest

from tests.support import stolen_log_key as thief
from tests.support.witnesses import make_witness

FORKS = 1_000

pytestmark = pytest.mark.faults


def test_a_thousand_forks_deceive_no_client_and_no_witness(tmp_path: Path) -> None:
    assert thief.accepted_by_client(thief.forks(FORKS), thief.policy(quorum=False)) > 0
    assert thief.accepted_by_client(thief.forks(FORKS), thief.policy()) == 0
    folder = make_witness(tmp_path / "w", thief.LOG)
    assert thief.accepted_by_witness(thief.forks(FORKS), folder) == 0
