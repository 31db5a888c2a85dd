"""Processes on PostgreSQL want to retire the same units: exactly one does, at every isolation."""

from pathlib import Path

import pytest

from ledger.audit.audit import audit
from tests.support.pg_races import LEVELS, at_level, nothing_between
from tests.support.postgres import Cluster
from tests.support.races import opened, race, race_fairly, times_retired

pytestmark = pytest.mark.usefixtures("on_postgres")


@pytest.mark.parametrize("level", LEVELS)
def test_of_four_processes_exactly_one_retires_each_block(tmp_path: Path, level: str) -> None:
    race_fairly(opened(tmp_path), 50, at_level(level))


@pytest.mark.faults
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("racers", "blocks"), [(4, 500), (8, 200)])
def test_of_many_processes_exactly_one_retires_each_block(
    tmp_path: Path, level: str, racers: int, blocks: int
) -> None:
    race_fairly(opened(tmp_path), blocks, at_level(level), racers)


@pytest.mark.soak
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("number", range(7))
def test_of_thousands_of_blocks_each_is_retired_once(
    tmp_path: Path, level: str, number: int
) -> None:
    """No seed: which process is faster is for the machine to say, anew in each round."""
    race_fairly(opened(tmp_path / str(number)), 5_000, at_level(level))


def test_the_race_shows_double_retirements_once_nothing_is_between(
    tmp_path: Path, on_postgres: Cluster
) -> None:
    scene = opened(tmp_path)
    with nothing_between(scene):
        race(scene, 20, at_level("READ COMMITTED"))
    settings = scene.world.registry.settings
    assert max(times_retired(settings)) > 1
    assert not audit(settings).ok
