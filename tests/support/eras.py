"""A registry on two servers of which one dies: what was acknowledged, and who may write then."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from contracts.refusal import Refused
from ledger.database.outcome import OutcomeUnknownError
from ledger.log.entry import Entry
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from ledger.store import HeadMovedError
from tests.support import ledger
from tests.support.ledger import Scene, open_scene
from tests.support.pg_outcomes import payment
from tests.support.postgres_pair import Pair, pair

NOT_NOW = (DBAPIError, OutcomeUnknownError, HeadMovedError)


@dataclass(slots=True)
class Journal:
    """What a client was told, kept outside of everything that can fail."""

    acknowledged: list[Entry] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    doubts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A pair of servers, a registry on it, and a node that knows both addresses."""

    servers: Pair
    scene: Scene
    node: Registry
    journal: Journal

    def submit_one(self) -> None:
        """Submit one order and keep what was answered; faults that pass are counted."""
        try:
            [answer] = self.node.submit([payment(self.scene)], now_us=self.scene.world.now_us)
        except NOT_NOW:
            self.journal.doubts += 1
            return
        if isinstance(answer, Refused):
            self.journal.refused.append(answer)
        else:
            self.journal.acknowledged.append(answer)

    def lost(self) -> int:
        """Return how many acknowledged entries the node's database does not hold as they were."""
        there = self.node.size()
        return sum(
            entry.seq >= there or self.node.entry_bytes(entry.seq) != entry.content
            for entry in self.journal.acknowledged
        )


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Set a registry on a pair of servers."""
    with pair() as servers, ledger.place.on(servers.primary):
        scene = open_scene(folder / "world")
        settings = scene.world.registry.settings
        scene.world.registry.close()
        shutil.copytree(settings.keys, folder / "keys")
        database = str(settings.database_url).rpartition("/")[2]
        ports = f"127.0.0.1:{servers.primary.port},127.0.0.1:{servers.standby.port}"
        url = f"postgresql://postgres@{ports}/{database}"
        node = open_registry(Settings(data=folder / "data", keys=folder / "keys", database_url=url))
        try:
            yield Stage(servers=servers, scene=scene, node=node, journal=Journal())
        finally:
            node.close()
            # Both servers go away with everything in them.
            ledger.place.made.clear()
