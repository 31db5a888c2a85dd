"""A node that is frozen again and again, on a slow disk, while more comes than it can take.

Its queue is small: what does not fit is answered at once, what was taken waits and is recorded
once.
"""

import os
import signal
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from random import Random
from select import select
from typing import TypeVar

from contracts.refusal import Refused
from ledger.audit.audit import audit
from ledger.intake.checking import CheckedOrder, Checking
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.registry import Registry, open_registry
from ledger.sequencing.fair_queue import QueueLimits
from ledger.sequencing.sequencer import Sequencer
from ledger.sequencing.tickets import QueueFullError, Recorded
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, open_scene
from tests.support.offered_orders import offer
from tests.support.power_cut.engines import over_apsw
from tests.support.power_cut.vfs import Step, Watcher, watched

Done = TypeVar("Done")

WAITING_MAX = 16
PAUSE_S = 0.005
SYNC_S_MAX = 0.004
END_S = 10.0
RECORDED_MIN = 64
"""However slow the machine, the node goes on until it has answered so many."""


class SlowDisk(Watcher):
    """A disk whose syncs take their time."""

    def __init__(self, seed: int) -> None:
        self.random, self.count = Random(seed), 0

    def step(self, step: Step, do: Callable[[], Done]) -> Done:
        if step.kind == "sync":
            self.count += 1
            time.sleep(self.random.uniform(0, SYNC_S_MAX))
        return do()


@dataclass(slots=True)
class Node:
    """What a sequencer drives."""

    registry: Registry
    now_us: int

    def begin(self, signed_orders: list[SignedOrder]) -> Checking:
        """Begin to check."""
        return self.registry.checker.begin(signed_orders)

    def record(self, checked_orders: list[CheckedOrder]) -> tuple[Entry | Refused, ...]:
        """Decide and commit."""
        return self.registry.submit_checked(checked_orders, now_us=self.now_us)

    def size(self) -> int:
        """Return how many entries there are."""
        return self.registry.size()


def crowd(scene: Scene, report: Report, end: Path) -> None:
    """Hand in more than can be taken until a file says that it is enough; report each answer."""
    registry = open_registry(scene.world.registry.settings)
    sequencer = Sequencer(Node(registry, scene.world.now_us), limits=QueueLimits(items=WAITING_MAX))
    sequencer.start()
    waiting = deque[Future[Recorded | Refused]]()
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    told = 0
    while told < RECORDED_MIN or not end.exists():
        try:
            waiting.append(offer(sequencer, scene.world.signed("units.transfer", body)))
        except QueueFullError:
            report(["full", sequencer.waiting, ""])
            tell(report, waiting.popleft())
            told += 1
    for future in waiting:
        tell(report, future)
    sequencer.close()
    registry.close()


def tell(report: Report, future: "Future[Recorded | Refused]") -> None:
    """Wait for an answer and report it."""
    answer = future.result(END_S)
    assert isinstance(answer, Recorded), answer
    report(["recorded", answer.entry.seq, answer.entry.leaf_hash.hex()])


def freeze_often(folder: Path, times: int, stall_s_max: float, seed: int) -> tuple[int, int]:
    """Freeze a crowded node so many times; return how many orders it took, and refused to take."""
    scene, random, end = open_scene(folder), Random(seed), folder / "enough"
    settings = scene.world.registry.settings
    scene.world.registry.close()

    def work(report: Report) -> None:
        with over_apsw("TRUNCATE"), watched(SlowDisk(seed)):
            crowd(scene, report, end)

    child = fork(work)
    select([child.pipe], [], [], END_S)  # it is at work
    for _ in range(times):
        time.sleep(random.uniform(0, 2 * PAUSE_S))
        os.kill(child.pid, signal.SIGSTOP)
        time.sleep(random.uniform(0, stall_s_max))
        os.kill(child.pid, signal.SIGCONT)
    end.touch()
    told = child.reports()
    recorded = {seq: digest for kind, seq, digest in told if kind == "recorded"}
    full = [size for kind, size, _ in told if kind == "full"]
    assert max(full, default=0) <= WAITING_MAX, "the queue grew beyond its limit"
    registry = open_registry(settings)
    assert registry.read_only_reason is None
    for seq, digest in recorded.items():
        assert registry.entry(seq).leaf_hash.hex() == digest
    assert len(recorded) == sum(kind == "recorded" for kind, *_ in told)
    registry.close()
    report = audit(settings)
    assert report.ok, report.findings[:3]
    return len(recorded), len(full)
