"""One flipped bit: if it changes any stored value or answer, the audit finds and names it."""

from pathlib import Path

from tests.support.flips import consequences, overlooked, prepare, random_flips

FLIPS = 100
SEED = 20261122


def test_every_flip_that_changes_an_answer_is_found_and_named(tmp_path: Path) -> None:
    subject = prepare(tmp_path)
    found = 0

    for flip in random_flips(subject.settings, FLIPS, SEED):
        report, wrong = consequences(subject, flip)
        assert overlooked(report, wrong) == [], flip
        found += not report.ok

    assert found > FLIPS // 4, "most flips were expected to hit something that matters"
