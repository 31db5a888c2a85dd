"""One seed from its beginning to its end: first everything may fail, then everything must heal."""

import atexit
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.simulation import node as nodes
from tests.simulation.chance import Chance
from tests.simulation.database import MAIN, PRIVATE, Database, Guards, Wires
from tests.simulation.hub import Crash, Hub
from tests.simulation.network import Network
from tests.simulation.node import Node, Record
from tests.simulation.oracle import BrokenError, check
from tests.simulation.people import Client, Journal, Retry, same_bytes
from tests.support.ledger import Scene, open_scene

STORM_US = 2_000_000
CALM_US = 60_000_000
WEATHER_US = 40_000
PLACES = 3
SKEWS_US = (0, 1_000_000, 20_000_000, -1_000_000, -25_000_000, -3_600_000_000, 10**15)
"""How far a machine's clock may jump; the last is thirty years."""

_MEMORY = Path("/dev/shm")


def _nothing(_: sqlite3.Connection) -> None:
    return


def _as_drawn(chance: Chance) -> Chance:
    return chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The build that is tried: the production code, or one with something taken out of it."""

    record: Record = nodes.record
    retry: Retry = same_bytes
    guards: Guards = field(default_factory=Guards)
    prepare: Callable[[sqlite3.Connection], None] = _nothing
    draw: Callable[[Chance], Chance] = _as_drawn


PRODUCTION = Build()


@dataclass(slots=True, kw_only=True)
class Result:
    """What a seed came to."""

    seed: int
    trace: str
    entries: int
    acks: int
    fired: Counter[str]
    met: Counter[str]


class FoundError(Exception):
    """A seed has broken a promise; the text is what somebody needs to see it again."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """What every seed begins with, made once a process."""

    folder: Path
    scene: Scene
    files: tuple[Path, Path]
    base: int
    places: tuple[Wires, ...]


@cache
def _stage() -> _Stage:
    folder = Path(
        mkdtemp(prefix="sinkledger-simulation-", dir=_MEMORY if _MEMORY.is_dir() else None)
    )
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    scene = open_scene(folder / "scene")
    base = scene.world.registry.size()
    scene.world.registry.close()
    settings = scene.world.registry.settings
    files = (settings.database, settings.vault)
    return _Stage(folder, scene, files, base, tuple(Wires() for _ in range(PLACES)))


@dataclass(slots=True)
class _Play:
    """The players of a seed."""

    hub: Hub
    chance: Chance
    database: Database
    journal: Journal
    nodes: list[Node]
    clients: list[Client]
    base: int

    def weather(self) -> None:
        """Let happen what is nobody's doing."""
        if not self.chance.on:
            return
        if self.chance.strikes("power"):
            self.hub.note("the database loses its power")
            self.database.lose_power()
            self.check()
        for node in self.nodes:
            if self.chance.strikes("crash", 0.2):
                node.crash()
            if self.chance.strikes("clock"):
                node.skew_us = self.hub.random.choice(SKEWS_US)
        self.hub.at(WEATHER_US, self.weather)

    def check(self) -> None:
        """Recompute everything; nothing is being written between two turns of the hub."""
        check(self.database.raw, self.journal, self.base)

    def heal(self) -> None:
        """End all faults."""
        self.chance.on = False
        for node in self.nodes:
            node.skew_us = 0

    def run(self) -> int:
        """Storm, then calm; return how many entries there are.

        Raises:
            BrokenError: a promise is broken, or the system does not come back to work.
        """
        hub = self.hub
        hub.at(WEATHER_US, self.weather)
        hub.run(hub.now_us + STORM_US)
        self.check()
        self.heal()
        wanted = [client.settled + 2 for client in self.clients]

        def healed() -> bool:
            return all(one.settled >= goal for one, goal in zip(self.clients, wanted, strict=True))

        hub.run(hub.now_us + CALM_US, healed)
        entries = check(self.database.raw, self.journal, self.base)
        if not healed():
            raise BrokenError("I12: not everybody was answered after the last fault")
        return entries


def play(seed: int, build: Build = PRODUCTION) -> Result:
    """Play a seed.

    Raises:
        FoundError: it broke a promise of the ledger.
    """
    stage = _stage()
    hub = Hub(seed, stage.scene.world.now_us)
    chance = build.draw(Chance.of(hub.random))
    with _players(stage, hub, chance, build) as played:
        try:
            entries = played.run()
        except (Exception, Crash) as error:
            options = f"nodes {chance.nodes}, clients {chance.clients}, rates {chance.rates}"
            last = "\n".join(hub.notes)
            raise FoundError(f"seed {seed}: {error!r}\n{options}\n{last}") from error
    met = Counter(code.name for code in played.journal.refused.values())
    acks = len(played.journal.acks)
    return Result(
        seed=seed, trace=hub.trace, entries=entries, acks=acks, fired=chance.fired, met=met
    )


@contextmanager
def _players(stage: _Stage, hub: Hub, chance: Chance, build: Build) -> Iterator[_Play]:
    folder = stage.folder / "play"
    folder.mkdir()
    for source, name in zip(stage.files, (MAIN, PRIVATE), strict=True):
        shutil.copyfile(source, folder / name)
    database = Database(hub, chance, folder, build.guards)
    build.prepare(database.raw)
    database.keep()
    network, journal = Network(hub, chance), Journal()
    with ExitStack() as plugs:
        plugs.callback(shutil.rmtree, folder, ignore_errors=True)
        plugs.callback(database.close)
        found: list[Node] = []
        for number in range(chance.nodes):
            wires = stage.places[number]
            plugs.enter_context(wires.plugged(database))
            found.append(Node(hub, f"node-{number}", folder / str(number), wires, build.record))
        clients = [
            Client(f"client-{number}", stage.scene, network, journal, build.retry)
            for number in range(chance.clients)
        ]
        for client in clients:
            client.nodes = found
        played = _Play(hub, chance, database, journal, found, clients, stage.base)
        try:
            yield played
        finally:
            chance.on = False
            for task in [*(node.task for node in found), *(client.task for client in clients)]:
                if task is not None:
                    task.crash()
