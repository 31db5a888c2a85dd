"""A frozen process or a slow disk costs time and nothing else; the queue does not grow."""

from pathlib import Path

import pytest

from tests.support.stalls import RECORDED_MIN, freeze_often

STALLS, STALL_S_MAX, SEED = 20, 0.04, 18


def test_a_crowded_node_that_is_frozen_again_and_again_loses_nothing(tmp_path: Path) -> None:
    recorded, refused = freeze_often(tmp_path, STALLS, STALL_S_MAX, SEED)
    print(f"{STALLS} stalls: {recorded} recorded, {refused} told that the queue is full")
    assert recorded >= RECORDED_MIN
    assert refused > 0


@pytest.mark.faults
def test_two_hundred_stalls_lose_nothing(tmp_path: Path) -> None:
    recorded, refused = freeze_often(tmp_path, 200, 0.1, SEED)
    print(f"200 stalls: {recorded} recorded, {refused} told that the queue is full")
    assert recorded >= RECORDED_MIN
    assert refused > 0
