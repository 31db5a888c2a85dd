"""A node behind a line that fails: how long callers wait, and when it works again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Lock
from unittest import mock

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ledger.database import outcome, postgres
from ledger.database.outcome import OutcomeUnknownError
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.registry import Registry
from ledger.sequencing.sequencer import Sequencer
from ledger.store import HeadMovedError
from tests.support.ledger import Scene
from tests.support.offered_orders import offer
from tests.support.partition_proxy import PartitionProxy
from tests.support.pg_outcomes import payment, through, times_recorded
from tests.support.postgres import Cluster
from tests.support.stalls import Node

_SERVER = (*postgres._LIMITS.items(),)
ANSWER_S_MAX = 10.0
HEAL_S_MAX = 5.0
CALLERS, APART_S = 8, 0.1
"""How many hand in at once, and what keeps them from all being in one batch."""
TOLD = (DBAPIError, PoolTimeoutError, OutcomeUnknownError, HeadMovedError)
"""What a service answers with 503: nobody hangs, and the order may come again."""


@dataclass(slots=True, kw_only=True)
class Figures:
    """The longest waits, in seconds, and how often a fault met somebody."""

    answered_s: float = 0.0
    healed_s: float = 0.0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A node behind a proxy, and whose orders it takes."""

    scene: Scene
    node: Registry
    proxy: PartitionProxy


@contextmanager
def behind_a_line(scene: Scene, cluster: Cluster, folder: Path) -> Iterator[Subject]:
    """Open the scene's registry once more, behind a proxy."""
    with PartitionProxy(cluster.port) as proxy:
        node = through(scene.world.registry, proxy.own_port, folder)
        yield Subject(scene=scene, node=node, proxy=proxy)
        node.close()


@contextmanager
def limits(*, factor: float) -> Iterator[None]:
    """Multiply every limit; callers' own and the server's."""
    server = {name: f"{int(s.removesuffix('s')) * 1_000 * factor:.0f}ms" for name, s in _SERVER}
    with ExitStack() as stack:
        for module, name in ((postgres, "ANSWER_S"), (outcome, "FIRST_S"), (outcome, "OUTCOME_S")):
            changed = mock.patch.object(module, name, getattr(module, name) * factor)
            stack.enter_context(changed)
        stack.enter_context(mock.patch.object(postgres, "_LIMITS", server))
        yield


def tenfold_speed() -> AbstractContextManager[None]:
    """Let every limit be a tenth, so that the same faults take a tenth of the time."""
    return limits(factor=0.1)


def no_limits() -> AbstractContextManager[None]:
    """Let everybody wait as long as it takes."""
    return limits(factor=1_000)


def partition(subject: Subject, random: Random, mode: str, figures: Figures) -> list[Entry]:
    """Cut the line somewhere in a run of orders, heal it, and ask again for what is not known."""
    orders = [payment(subject.scene) for _ in range(3)]
    moment_s = time.monotonic() + random.uniform(0, 0.03)
    cut = False
    done: list[Entry] = []
    for order in orders:
        if not cut and (order is orders[-1] or time.monotonic() > moment_s):
            subject.proxy.cut(mode)
            cut = True
        began = time.monotonic()
        entry = _asked(subject, order)
        figures.answered_s = max(figures.answered_s, time.monotonic() - began)
        if entry is None:
            figures.failed += 1
            break
        done.append(entry)
    subject.proxy.heal()
    began = time.monotonic()
    for order in orders[len(done) :]:
        while (entry := _asked(subject, order)) is None:
            if time.monotonic() - began > 3 * ANSWER_S_MAX:
                raise TimeoutError(f"{mode}: the node does not come back")
        done.append(entry)
    figures.healed_s = max(figures.healed_s, time.monotonic() - began)
    return done


def longest_wait(subject: Subject, mode: str, cut_s: float) -> float:
    """Cut the line under callers who hand in one order after the other; return the longest wait.

    They go on, and meet the fault anew, until it has lasted `cut_s`.
    """
    sequencer = Sequencer(Node(subject.node, subject.scene.world.now_us))
    sequencer.start()
    signing, waits = Lock(), list[float]()
    end_s = time.monotonic() + cut_s

    def call(number: int) -> None:
        while time.monotonic() < end_s:
            time.sleep(number * APART_S)
            with signing:
                order = payment(subject.scene)
            began = time.monotonic()
            with suppress(*TOLD):
                offer(sequencer, order).result(10 * ANSWER_S_MAX)
            waits.append(time.monotonic() - began)

    with ThreadPoolExecutor(CALLERS) as pool:
        callers = [pool.submit(call, number) for number in range(CALLERS)]
        time.sleep(0.1 * cut_s)
        subject.proxy.cut(mode)
        for caller in callers:
            caller.result()
    subject.proxy.heal()
    sequencer.close()
    return max(waits)


def _asked(subject: Subject, order: SignedOrder) -> Entry | None:
    try:
        [answer] = subject.node.submit([order], now_us=subject.scene.world.now_us)
    except TOLD:
        return None
    assert isinstance(answer, Entry), answer
    return answer


def judge(subject: Subject, told: list[Entry]) -> None:
    """Hold that everything told is there, and everything is there once."""
    registry = subject.scene.world.registry
    for entry in told:
        assert registry.entry_bytes(entry.seq) == entry.content, f"lost: {entry.seq}"
    times = times_recorded(registry)
    assert max(times.values()) == 1
    assert len({entry.seq for entry in told}) == len(told)
