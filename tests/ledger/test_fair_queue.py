"""The queue serves every lane in turn, keeps each lane's sequence, and loses nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sequencing.fair_queue import FairQueue, LaneFullError, QueueLimits

lanes = st.integers(min_value=0, max_value=5)


def filled(items: list[int]) -> FairQueue[tuple[int, int]]:
    queue = FairQueue[tuple[int, int]](QueueLimits())
    for number, lane in enumerate(items):
        queue.put(lane, 100, (lane, number))
    return queue


@given(items=st.lists(lanes, max_size=200), most=st.integers(min_value=1, max_value=50))
def test_everything_comes_out_once_and_each_lane_in_its_sequence(
    items: list[int], most: int
) -> None:
    queue, out = filled(items), []
    while taken := queue.take(most, 1_000_000):
        out += taken
    assert sorted(number for _, number in out) == [*range(len(items))]
    for lane in set(items):
        numbers = [number for one, number in out if one == lane]
        assert numbers == sorted(numbers)
    assert len(queue) == 0


@given(items=st.lists(lanes, min_size=1, max_size=200), most=st.integers(min_value=1, max_value=50))
def test_no_lane_is_served_twice_before_the_others_once(items: list[int], most: int) -> None:
    queue = filled(items)
    waiting = {lane: items.count(lane) for lane in set(items)}
    taken = [lane for lane, _ in queue.take(most, 1_000_000)]
    served = {lane: taken.count(lane) for lane in waiting}
    for lane, number in served.items():
        for other, others in served.items():
            assert number <= others + 1 or others == waiting[other], (lane, other)


@given(items=st.lists(lanes, max_size=200), most=st.integers(min_value=1, max_value=50))
def test_draining_leaves_nothing_and_keeps_each_lane_in_its_sequence(
    items: list[int], most: int
) -> None:
    queue = filled(items)
    out = queue.take(most, 1_000_000) + queue.drain()
    assert sorted(number for _, number in out) == [*range(len(items))]
    for lane in set(items):
        numbers = [number for one, number in out if one == lane]
        assert numbers == sorted(numbers)
    assert len(queue) == 0
    assert queue.take(most, 1_000_000) == queue.drain() == []


@given(sizes=st.lists(st.integers(min_value=1, max_value=500), min_size=1, max_size=50))
def test_a_batch_keeps_to_its_bytes_but_is_never_empty(sizes: list[int]) -> None:
    queue = FairQueue[int](QueueLimits())
    for size in sizes:
        queue.put("a", size, size)
    taken = queue.take(50, 300)
    assert taken
    assert len(taken) == 1 or sum(taken) <= 300


def test_a_full_lane_takes_no_more_and_the_others_do() -> None:
    queue = FairQueue[str](QueueLimits(lane_items=2))
    for item in ("one", "two"):
        queue.put("busy", 1, item)
    with pytest.raises(LaneFullError):
        queue.put("busy", 1, "three")
    queue.put("quiet", 1, "four")
    assert queue.take(10, 10) == ["one", "four", "two"]
