"""Random histories of several processes, and whether one order of events explains them all.

The log is a list to which everybody appends, so its order is known and no cycle has to be searched
for: a history is strictly serialisable if the log is whole, its replay is the state, and positions
never contradict the clock that all processes share. Readers must see prefixes that fit, too.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from contracts.refusal import Refused
from ledger.audit.audit import audit
from ledger.books.reading import reading
from ledger.database.engine import open_reader
from ledger.registry import open_registry
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene
from tests.support.pg_races import LEVELS, at_level
from tests.support.races import DAMAGE, submit_again

PROCESSES = 4
READ_EVERY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An acknowledged append (its position and hash) or a look (how many entries it saw)."""

    seq: int
    leaf: str
    began_s: float
    ended_s: float

    @property
    def is_look(self) -> bool:
        """Whether somebody only looked."""
        return not self.leaf


def play(scene: Scene, transactions: int, seed: int) -> list[Event]:
    """Let processes append and look, at any isolation level; return what they were told."""
    each = transactions // PROCESSES
    children = [fork(partial(_work, scene, each, seed, n)) for n in range(PROCESSES)]
    events = []
    for child in children:
        for seq, leaf, began_s, ended_s in child.reports():
            events.append(Event(seq=seq, leaf=leaf, began_s=began_s, ended_s=ended_s))
    return events


def _work(scene: Scene, transactions: int, seed: int, number: int, report: Report) -> None:
    random = Random(f"{seed} {number}")
    scene.world.orders += (number + 1) * 1_000_000
    settings = scene.world.registry.settings
    engines = [at_level(level)(settings) for level in LEVELS]
    reader = open_reader(settings)
    for turn in range(transactions):
        began_s = time.monotonic()
        if turn % READ_EVERY == 0:
            with reading(reader) as now:
                size = now.head.size
            report([size, "", began_s, time.monotonic()])
            continue
        source, target = random.sample([scene.owner, scene.buyer, scene.third], 2)
        quantity_kg = random.randint(1, 40)
        body = bodies.transfer(source, target, quantity_kg=quantity_kg)
        kind = "units.transfer"
        if random.random() < 0.2:
            kind, body = "units.retire", bodies.retirement(source, quantity_kg=quantity_kg)
        order = scene.world.signed(kind, body)
        try:
            [answer] = submit_again(random.choice(engines), [order], scene.world.now_us)
        except DAMAGE:
            continue
        if not isinstance(answer, Refused):
            report([answer.seq, answer.leaf_hash.hex(), began_s, time.monotonic()])


def anomalies(scene: Scene, events: list[Event]) -> list[str]:
    """Return what no order of events explains; nothing if the history is serialisable."""
    found = [*_contradictions(events)]
    settings = scene.world.registry.settings
    registry = open_registry(settings)
    leaves = [registry.entry(seq).leaf_hash.hex() for seq in range(registry.size())]
    registry.close()
    found.extend(
        f"entry {event.seq} is not the one that was acknowledged"
        for event in events
        if not event.is_look and leaves[event.seq : event.seq + 1] != [event.leaf]
    )
    if not audit(settings).ok:
        found.append("the audit does not hold")
    return found


def _contradictions(events: list[Event]) -> Iterator[str]:
    """Yield positions that contradict the clock: what ended earlier stands before what began later.

    A look at n entries stands after entry n − 1 and before entry n.
    """
    # Looks at the same entries may stand in any order, so they stand in that of the clock.
    ordered = sorted(
        events, key=lambda one: (one.seq - 0.5 * one.is_look, one.began_s), reverse=True
    )
    ended_s = float("inf")
    for event in ordered:
        if event.began_s > ended_s:
            yield f"{'a look at' if event.is_look else 'entry'} {event.seq} began too late"
        ended_s = min(ended_s, event.ended_s)
