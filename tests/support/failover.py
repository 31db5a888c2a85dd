"""Nodes that write while their database server dies, and what they had acknowledged by then.

Each writer is a process with a node of its own: folders, mark, connections. It hands in one order
after the other, the same bytes again until there is an answer, and writes down every entry that it
was given. The journal lies with the test, outside of what is tested.
"""

import multiprocessing
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from contracts.refusal import RefusalCode, Refused
from ledger.audit.audit import audit
from ledger.database.outcome import OutcomeUnknownError
from ledger.log.entry import Entry
from ledger.log.merkle import leaf_hash
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from ledger.store import HeadMovedError
from tests.support import bodies, ledger
from tests.support.children import Child, Report, fork
from tests.support.ledger import Scene, open_scene
from tests.support.postgres_pair import Pair, pair
from tests.support.waiting import wait_until

AFTER = 5
"""How many orders each writer must get through after the last fault before it ends."""

PATIENCE_S = 30
WAIT_S = 0.02
UNDECIDED = (DBAPIError, PoolTimeoutError, OutcomeUnknownError, HeadMovedError)
"""What a node may say meanwhile: it knows of no entry, so the caller asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """An entry that a writer was given, and when."""

    writer: int
    seq: int
    leaf: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What all writers were told."""

    acks: list[Ack]
    read_only: list[int]
    """Writers whose node said that it takes nothing any more."""

    def forks(self) -> list[int]:
        """Return the positions at which two different entries were acknowledged."""
        leaves: dict[int, set[str]] = {}
        for ack in self.acks:
            leaves.setdefault(ack.seq, set()).add(ack.leaf)
        return [seq for seq, found in leaves.items() if len(found) > 1]

    def lost(self, settings: Settings) -> list[int]:
        """Return the acknowledged positions at which a database has another entry, or none."""
        registry = open_registry(settings)
        size = registry.size()
        there = [leaf_hash(registry.entry_bytes(seq)).hex() for seq in range(size)]
        registry.close()
        return [ack.seq for ack in self.acks if ack.seq >= size or there[ack.seq] != ack.leaf]


@dataclass(slots=True, kw_only=True)
class Writers:
    """Processes at work; `over` tells them that the last fault is over."""

    children: list[Child]
    over: Event
    counts: Any

    def until(self, acks: int, *numbers: int) -> None:
        """Wait until every writer, or those named, has so many acknowledgements."""
        asked = numbers or range(len(self.children))
        wait_until(lambda: min(self.counts[n] for n in asked) >= acks, within_s=PATIENCE_S)

    def end(self, *killed: int) -> Journal:
        """Say that the last fault is over, wait for the end of all, and return what they noted.

        Args:
            killed: Writers that are not waited for.
        """
        self.over.set()
        for number in killed:
            self.children[number].kill()
        acks: list[Ack] = []
        read_only: list[int] = []
        for number, child in enumerate(self.children):
            for line in child.reports():
                if line[0] == "read-only":
                    read_only.append(number)
                else:
                    seq, leaf, at_s = line
                    acks.append(Ack(writer=number, seq=seq, leaf=leaf, at_s=at_s))
        return Journal(acks=acks, read_only=read_only)


@contextmanager
def scene_on(servers: Pair, folder: Path) -> Iterator[Scene]:
    """Build the small registry on a pair's primary; closed, for connections cross no fork."""
    with ledger.place.on(servers.primary):
        scene = open_scene(folder)
        scene.world.registry.close()
        ledger.place.made.clear()  # the database goes with its server
        yield scene


@contextmanager
def servers_and_scene(
    folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Pair, Scene]]:
    """Run a pair with the small registry on it, on both servers' disks."""
    with pair(settings=settings) as servers, scene_on(servers, folder / "world") as scene:
        yield servers, scene


def database_of(scene: Scene) -> str:
    """Return the name of the scene's database."""
    url = scene.world.registry.settings.database_url
    assert url is not None
    return url.rpartition("/")[2]


def node_settings(scene: Scene, url: str, folder: Path) -> Settings:
    """Return the settings of a further node of the scene's registry, with a mark of its own."""
    if not folder.exists():
        shutil.copytree(scene.world.registry.settings.keys, folder / "keys")
    return Settings(data=folder / "data", keys=folder / "keys", database_url=url)


def start_writers(scene: Scene, nodes: list[Settings]) -> Writers:
    """Start a writer on each node."""
    context = multiprocessing.get_context("fork")
    over, counts = context.Event(), context.Array("i", len(nodes), lock=False)
    children = []
    for number, settings in enumerate(nodes):

        def work(report: Report, number: int = number, settings: Settings = settings) -> None:
            scene.world.orders += (number + 1) * 100_000
            _write(scene, settings, _Told(report, over, counts, number))

        children.append(fork(work))
    return Writers(children=children, over=over, counts=counts)


@dataclass(slots=True)
class _Told:
    """Where a writer notes what it was told."""

    report: Report
    over: Event
    counts: Any
    number: int
    after: int = 0

    def entry(self, entry: Entry) -> None:
        self.report([entry.seq, entry.leaf_hash.hex(), time.monotonic()])
        self.counts[self.number] += 1
        self.after += self.over.is_set()

    @property
    def done(self) -> bool:
        return self.after >= AFTER


def _write(scene: Scene, settings: Settings, told: _Told) -> None:
    registry = open_registry(settings)
    while not told.done:
        answer = _hand_in(scene, registry, told)
        if answer is None:
            return
        if isinstance(answer, Refused):
            if answer.code is not RefusalCode.LEDGER_READ_ONLY:
                raise answer
            told.report(["read-only"])
            return
        told.entry(answer)


def _hand_in(scene: Scene, registry: Registry, told: _Told) -> Entry | Refused | None:
    """Hand in one order until its outcome is known; nothing if it never is after the last fault."""
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    order = scene.world.signed("units.transfer", body)
    until = None
    while until is None or time.monotonic() < until:
        try:
            return registry.submit([order], now_us=scene.world.now_us)[0]
        except UNDECIDED:
            time.sleep(WAIT_S)
        if until is None and told.over.is_set():
            until = time.monotonic() + PATIENCE_S
    return None


def judge(journal: Journal, settings: Settings) -> None:
    """Hold that nothing that was acknowledged is lost, that there is one history, and it is whole.

    Raises:
        AssertionError: it does not hold; the text begins with what is wrong.
    """
    forks, lost = journal.forks(), journal.lost(settings)
    assert not forks, f"forks: {forks[:5]}"
    assert not lost, f"lost: {len(lost)}, from {lost[0]} on"
    assert audit(settings).ok
