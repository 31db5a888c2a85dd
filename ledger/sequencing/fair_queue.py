"""A bounded queue that serves everybody in turn: pure, no threads, no clock.

Whoever sends many orders waits behind himself. Each sender has a lane; a batch takes one item of
each lane after the other, so an order of a quiet sender is in the next batch however much another
has sent. A lane that has its share of the queue takes no more; the others still do.

    queue.put("a", 400, one)      # lane, bytes, item
    queue.take(512, 1 << 22)      # at most so many items and bytes, in the fair sequence
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class LaneFullError(Exception):
    """The sender has as many items in the queue as one may have; the others are not concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """How much may wait: items and bytes in all, and items of one lane."""

    items: int = 8_192
    bytes: int = 32 * 1_048_576
    lane_items: int = 2_048


class FairQueue(Generic[T]):
    """Items of many lanes, each lane in its sequence, the lanes in turn."""

    __slots__ = ("_lanes", "_length", "_limits")

    def __init__(self, limits: QueueLimits) -> None:
        self._limits = limits
        self._lanes: OrderedDict[object, deque[tuple[int, T]]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, lane: object, size: int, item: T) -> None:
        """Add an item of `size` bytes behind the others of its lane.

        Raises:
            LaneFullError: the lane has its share already.
        """
        waiting = self._lanes.get(lane)
        if waiting is None:
            waiting = self._lanes[lane] = deque()
        if len(waiting) >= self._limits.lane_items:
            raise LaneFullError
        waiting.append((size, item))
        self._length += 1

    def take(self, items_max: int, bytes_max: int) -> list[T]:
        """Remove and return the next items, one of each lane in turn.

        The lane that was served last stands last next time. There is always at least one item if
        any waits, however large it is.
        """
        taken: list[T] = []
        left = bytes_max
        while self._lanes and len(taken) < items_max:
            lane, waiting = next(iter(self._lanes.items()))
            size, item = waiting[0]
            if taken and size > left:
                break
            waiting.popleft()
            taken.append(item)
            left -= size
            self._length -= 1
            if waiting:
                self._lanes.move_to_end(lane)
            else:
                del self._lanes[lane]
        return taken

    def drain(self) -> list[T]:
        """Remove and return every item, lane by lane."""
        left = [item for waiting in self._lanes.values() for _, item in waiting]
        self._lanes.clear()
        self._length = 0
        return left
