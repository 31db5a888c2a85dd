"""Which faults a seed has, and how often: some seeds have few, some many, some only one kind."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

KINDS = (
    "crash",
    "commit-fails",
    "commit-unknown-kept",
    "commit-unknown-lost",
    "power",
    "drop",
    "duplicate",
    "delay",
    "partition",
    "clock",
)
RATES = (0.0, 0.0, 0.004, 0.02, 0.08)


@dataclass(slots=True)
class Chance:
    """The faults of a seed; `on` is false in the second phase, when everything must heal."""

    random: Random
    nodes: int = 1
    clients: int = 2
    rates: dict[str, float] = field(default_factory=dict)
    fired: Counter[str] = field(default_factory=Counter)
    on: bool = True

    @classmethod
    def of(cls, random: Random) -> "Chance":
        """Draw the options of a seed."""
        rates = {kind: random.choice(RATES) for kind in KINDS}
        return cls(random, random.randint(1, 3), random.randint(2, 4), rates)

    def strikes(self, kind: str, weight: float = 1.0) -> bool:
        """Say whether a fault happens now, and count it."""
        rate = self.rates.get(kind, 0.0) * weight
        if not self.on or rate == 0.0 or self.random.random() >= rate:
            return False
        self.fired[kind] += 1
        return True
