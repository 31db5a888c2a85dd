"""A thousand flipped bits, as `tests/ledger/test_bit_flips.py` does with a hundred."""

from pathlib import Path

import pytest

from tests.support.flips import consequences, overlooked, prepare, random_flips

FLIPS = 1_000
SEED = 1


@pytest.mark.faults
def test_every_flip_that_changes_an_answer_is_found_and_named(tmp_path: Path) -> None:
    subject = prepare(tmp_path)

    for flip in random_flips(subject.settings, FLIPS, SEED):
        report, wrong = consequences(subject, flip)
        assert overlooked(report, wrong) == [], flip
