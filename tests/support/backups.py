"""Old backups, restored in every way; and marks that are lost with them or alone."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from contracts.refusal import Refused
from ledger.publish.quorum import PublishError
from ledger.publish.signer import MARK_FILE, SignerError, read_signer_mark
from ledger.registry import open_registry
from ledger.settings import Settings
from tests.support import bodies
from tests.support.ledger import Scene, entries_of, open_scene
from tests.support.publishing import NearWitness, NearWitnesses, near_publisher


@dataclass(frozen=True, slots=True)
class Way:
    """What is put back from a copy, and what is then lost."""

    restored: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


DATABASE = ("data/ledger.db", "data/vault.db")
HIGH_WATER, SIGNER_MARK = "keys/HIGH_WATER", f"keys/{MARK_FILE}"
WAYS = {
    "data": Way(("data",)),
    "database": Way(DATABASE),
    "published": Way(("data/log",)),
    "database and high water": Way((*DATABASE, HIGH_WATER)),
    "data and high water": Way(("data", HIGH_WATER)),
    "data and signer's mark": Way(("data", SIGNER_MARK)),
    "high water": Way((HIGH_WATER,)),
    "signer's mark": Way((SIGNER_MARK,)),
    "both marks": Way((HIGH_WATER, SIGNER_MARK)),
    "whole machine": Way(("data", "keys")),
    "high water lost": Way(lost=(HIGH_WATER,)),
    "signer's mark lost": Way(lost=(SIGNER_MARK,)),
    "both marks lost": Way(lost=(HIGH_WATER, SIGNER_MARK)),
    "database, high water lost": Way(DATABASE, (HIGH_WATER,)),
    "data, signer's mark lost": Way(("data",), (SIGNER_MARK,)),
    "data, both marks lost": Way(("data",), (HIGH_WATER, SIGNER_MARK)),
}
"""Of `published` the marks know more, so that it is caught up, not refused."""

HARMLESS = frozenset({"published"})
"""Older published files alone continue the same log: they are brought up to date again."""


@dataclass(slots=True)
class History:
    """A witnessed registry, and copies of its whole machine as it grew."""

    scene: Scene
    ask: NearWitnesses
    folder: Path
    copies: list[Path] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """Where the registry lies."""
        return self.scene.world.registry.settings

    def grow(self, random: Random) -> None:
        """Copy the machine, then record and publish more."""
        copy = self.folder / f"copy-{len(self.copies)}"
        self.scene.world.registry.close()
        shutil.copytree(self.folder / "now", copy)
        self.copies.append(copy)
        self.scene.world.registry = open_registry(self.settings)
        body = bodies.transfer(self.scene.owner, self.scene.buyer, quantity_kg=1)
        orders = [
            self.scene.world.signed("units.transfer", body) for _ in range(random.randint(1, 4))
        ]
        entries_of(self.scene.world.submit(*orders))
        near_publisher(self.scene.world.registry, self.ask).publish()


def opened(folder: Path) -> History:
    """Return a registry with two witnesses, published once."""
    scene = open_scene(folder / "now")
    ask = NearWitnesses((NearWitness("a/w"), NearWitness("b/w")))
    ask.write_policy(scene.world.registry, 2)
    near_publisher(scene.world.registry, ask).publish()
    return History(scene, ask, folder)


def restore(history: History, copy: Path, way: str, folder: Path) -> Settings:
    """Return the newest machine with parts of an old copy put back and others lost."""
    shutil.copytree(history.folder / "now", folder)
    for part in WAYS[way].restored:
        target = folder / part
        if target.is_dir():
            shutil.rmtree(target)
            shutil.copytree(copy / part, target)
        else:
            shutil.copy2(copy / part, target)
    for part in WAYS[way].lost:
        (folder / part).unlink()
    return Settings(data=folder / "data", keys=folder / "keys")


def signs_nothing(history: History, settings: Settings, *, record: bool) -> str:
    """Open a restored machine and publish; return why nothing was signed.

    `record` first records something else than was recorded then, as a service does before it
    publishes.
    """
    registry = open_registry(settings)
    before = read_signer_mark(settings.keys)
    if record:
        world = history.scene.world
        body = bodies.transfer(history.scene.owner, history.scene.third, quantity_kg=7)
        signed = world.signed("units.transfer", body)
        (answer,) = registry.submit([signed], now_us=world.now_us + 10_000_000)
        assert isinstance(answer, Refused) or registry.read_only_reason is None
    try:
        near_publisher(registry, history.ask).publish()
    except (PublishError, SignerError) as error:
        reason = str(error)
    else:
        reason = ""
    assert read_signer_mark(settings.keys) == before or not reason
    registry.close()
    return reason
