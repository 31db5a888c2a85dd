"""The forks, split views and bad mirrors of `tests/attacks/test_forks.py`, in full numbers."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.bad_mirrors import WAYS, try_bad_mirrors
from tests.support.evil_log import World
from tests.support.fork_trials import try_split_views, try_stolen_key

FORKS, VIEWS, MIRRORS = 1_000, 500, 2_002


@pytest.mark.faults
def test_a_stolen_key_convinces_only_whoever_asks_for_no_witness(
    world: World, scripts: Any, tmp_path: Path
) -> None:
    found = try_stolen_key(world, scripts, tmp_path / "w", FORKS)

    assert found == Counter(tried=FORKS, naive=FORKS, python=0, browser=0, witness=0, mirror=0)


@pytest.mark.faults
def test_two_histories_are_refused_detected_and_proven(
    world: World, scripts: Any, tmp_path: Path
) -> None:
    found = try_split_views(world, scripts, tmp_path, VIEWS)

    assert found["shown"] == found["python"] == found["browser"] == VIEWS
    assert found["refused"] == found["evidence"] == 2 * VIEWS
    assert found["addresses"] == 2


@pytest.mark.faults
def test_bad_and_old_tiles_are_detected_and_the_next_mirror_used(
    world: World, scripts: Any
) -> None:
    found = try_bad_mirrors(world, scripts, MIRRORS)

    assert found["python"] == found["browser"] == MIRRORS
    assert sum(found[way] for way in WAYS) == MIRRORS
