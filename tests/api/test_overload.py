"""T35: fifty times too many orders: what was taken is kept, who is turned away knows, all go on."""

import pytest

from ledger.audit.audit import audit
from ledger.sequencing.fair_queue import QueueLimits
from tests.support.ledger import Scene
from tests.support.overload import LIMITS, QUIET, Crowd, crowd

P99_S_MAX = 2.0
"""Of those whose order was taken; and nobody who reads waits longer."""


def check(scene: Scene, found: Crowd) -> None:
    turned_away = found.statuses[429] + found.statuses[503]
    taken = found.statuses[200] + found.statuses[201]
    assert turned_away > 10 * taken > 0, "that was no crowd"
    assert found.without_advice == 0
    assert set(found.statuses) <= {200, 201, 429, 503}
    assert found.waiting_most <= LIMITS.items
    size = scene.world.registry.size()
    assert found.recorded == {*range(size - len(found.recorded), size)}
    assert found.p99_s < P99_S_MAX
    assert max(found.reads_s) < P99_S_MAX
    assert len(found.quiet_s) == QUIET
    assert audit(scene.world.registry.settings).ok


def test_in_a_crowd_of_fifty_times_too_many_nobody_is_lost(scene: Scene) -> None:
    check(scene, crowd(scene, 2.0))


@pytest.mark.faults
def test_in_a_crowd_that_stays_nobody_is_lost(scene: Scene) -> None:
    check(scene, crowd(scene, 16.0))


@pytest.mark.soak
def test_in_a_crowd_of_ten_minutes_nobody_is_lost(scene: Scene) -> None:
    check(scene, crowd(scene, 600.0))


def test_the_same_crowd_sees_a_queue_without_a_bound(scene: Scene) -> None:
    found = crowd(scene, 0.1, QueueLimits(items=10**6, lane_items=10**6))
    with pytest.raises(AssertionError, match="no crowd"):
        check(scene, found)
