"""A process dies at each boundary between lock and reply: nothing signed or told is not durable."""

from pathlib import Path

import pytest

from tests.support.boundaries import (
    PLACES,
    Sabotage,
    die_everywhere,
    marked_before_the_commit,
    opened,
    told_before_the_commit,
)

TIMES = 2


def test_dying_at_any_boundary_leaves_nothing_signed_or_told_that_is_not_there(
    tmp_path: Path,
) -> None:
    trial = opened(tmp_path)
    die_everywhere(trial, TIMES)
    assert trial.kills == TIMES * len(PLACES)


@pytest.mark.parametrize(
    ("sabotage", "seen"),
    [
        pytest.param(told_before_the_commit, "entry", id="told-too-early"),
        pytest.param(marked_before_the_commit, "once had", id="marked-too-early"),
    ],
)
def test_the_same_deaths_see_who_speaks_before_the_commit(
    tmp_path: Path, sabotage: Sabotage, seen: str
) -> None:
    with pytest.raises((AssertionError, IndexError), match=seen):
        die_everywhere(opened(tmp_path, sabotage), 1)
