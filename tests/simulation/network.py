"""Messages between clients and nodes: lost, late, twice, in another sequence, or cut off."""

from collections.abc import Callable
from typing import Any

from tests.simulation.chance import Chance
from tests.simulation.hub import Hub

TRIP_US = 500


class Network:
    """Carries messages; a partition cuts one pair off for a while."""

    def __init__(self, hub: Hub, chance: Chance) -> None:
        self.hub, self.chance = hub, chance
        self.cut: dict[tuple[str, str], int] = {}

    def send(self, pair: tuple[str, str], take: Callable[..., object], *message: Any) -> None:
        """Carry a message from one to the other, perhaps."""
        if self.chance.strikes("partition"):
            self.cut[pair] = self.hub.now_us + self.hub.random.randrange(3_000_000)
        if self.chance.on and self.hub.now_us < self.cut.get(pair, 0):
            return
        if self.chance.strikes("drop", 4):
            return
        for _ in range(1 + (self.hub.random.randrange(1, 5) if self._twice() else 0)):
            late_us = self.hub.random.randrange(5_000_000) if self._late() else 0
            trip_us = TRIP_US + self.hub.random.randrange(TRIP_US)
            self.hub.at(trip_us + late_us, take, *message)

    def _twice(self) -> bool:
        return self.chance.strikes("duplicate", 4)

    def _late(self) -> bool:
        return self.chance.strikes("delay", 4)
