"""The long fault proofs: 5,000 kills, 20,000 races for a block, 50,000 flipped bits.

Each round has a ledger and a seed of its own, so that a failure can be repeated alone.
"""

from pathlib import Path

import pytest

from tests.support.flips import consequences, overlooked, prepare, random_flips
from tests.support.kills import survive
from tests.support.races import opened, race_fairly

pytestmark = pytest.mark.soak

KILLS, KILL_ROUNDS = 200, 25
BLOCKS, RACE_ROUNDS = 500, 40
FLIPS, FLIP_ROUNDS = 1_000, 50
FIRST_SEED = 100
"""Other seeds than those of the shorter tests."""


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + KILL_ROUNDS))
def test_kills_lose_no_acknowledged_entry(tmp_path: Path, seed: int) -> None:
    assert survive(tmp_path, KILLS, seed) > KILLS


@pytest.mark.parametrize("number", range(RACE_ROUNDS))
def test_of_four_processes_exactly_one_retires_each_block(tmp_path: Path, number: int) -> None:
    """No seed: which process is faster is for the machine to say, anew in each round."""
    race_fairly(opened(tmp_path), BLOCKS)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + FLIP_ROUNDS))
def test_every_flip_that_changes_an_answer_is_found_and_named(tmp_path: Path, seed: int) -> None:
    subject = prepare(tmp_path)

    for flip in random_flips(subject.settings, FLIPS, seed):
        report, wrong = consequences(subject, flip)
        assert overlooked(report, wrong) == [], flip
