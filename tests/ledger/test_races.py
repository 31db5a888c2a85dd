"""Four processes want to retire the same units: exactly one does, for every one of 500 blocks."""

from pathlib import Path

import pytest

from ledger.audit.audit import audit
from tests.support import sabotage
from tests.support.ledger import Scene
from tests.support.races import opened, race, race_fairly, times_retired

BLOCKS = 500


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return opened(tmp_path)


def test_of_four_processes_exactly_one_retires_each_of_500_blocks(scene: Scene) -> None:
    race_fairly(scene, BLOCKS)


def test_the_race_shows_double_retirements_once_the_guards_are_off(scene: Scene) -> None:
    settings = scene.world.registry.settings
    sabotage.drop_constraints(settings.database)

    with sabotage.no_head_check():
        race(scene, 60, sabotage.deferred_engine)

    assert max(times_retired(settings)) > 1
    assert not audit(settings).ok
