"""Disk steps that fail while an order is recorded: the caller is told, and asking again settles it.

Once a step fails the disk is well again, or it fails on until it is mended. What failed may have
been done all the same. Nobody restarts the registry: it has to come back by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from errno import EIO, ENOSPC
from os import strerror
from pathlib import Path
from typing import TypeVar

import apsw

from ledger.audit.audit import audit
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.registry import Registry, open_registry
from tests.support import bodies
from tests.support.ledger import Scene, entries_of, open_scene
from tests.support.power_cut.engines import over_apsw
from tests.support.power_cut.failures import TOLD, failed_sync
from tests.support.power_cut.vfs import Step, Watcher, watched

Done = TypeVar("Done")

ERRORS: dict[int, type[apsw.Error]] = {EIO: apsw.IOError, ENOSPC: apsw.FullError}
NEEDS_SPACE = ("write", "create", "replace", "link", "rename")
CHANGES = (*NEEDS_SPACE, "truncate", "unlink", "sync", "folder")


@dataclass(slots=True, kw_only=True)
class Fault(Watcher):
    """At one step, counted from 1 among `kinds`, an error; `lasting` until the disk is mended."""

    at: int
    error: int
    kinds: tuple[str, ...] = CHANGES
    lasting: bool = False
    done: bool = False
    count: int = 0
    fired: int = 0

    def step(self, step: Step, do: Callable[[], Done]) -> Done:
        """Do a step, or fail."""
        if step.kind not in self.kinds or not self._strikes():
            return do()
        self.fired += 1
        if self.done:
            do()
        if step.path.parent.name == "data" or step.path.name == "data":
            raise failed_sync() if step.kind == "sync" else ERRORS[self.error](strerror(self.error))
        raise OSError(self.error, strerror(self.error))

    def _strikes(self) -> bool:
        self.count += 1
        return self.count == self.at or (self.lasting and self.count > self.at)


Again = Callable[["Trial", SignedOrder], SignedOrder]


def the_same(_trial: "Trial", order: SignedOrder) -> SignedOrder:
    """Ask again for the same order."""
    return order


def a_fresh_one(trial: "Trial", _order: SignedOrder) -> SignedOrder:
    """Ask for the same thing by another order, as if the first had never been."""
    return trial.order()


@dataclass(slots=True)
class Trial:
    """A registry whose disk fails again and again, and what came of it."""

    scene: Scene
    again: Again = the_same
    restart: bool = False
    faults: int = 0
    unnoticed: int = 0
    yet_recorded: int = 0
    told: set[str] = field(default_factory=set)

    @property
    def registry(self) -> Registry:
        """The registry, opened once and for all, unless it is restarted."""
        return self.scene.world.registry

    def order(self) -> SignedOrder:
        """Return the next order."""
        body = bodies.transfer(self.scene.owner, self.scene.buyer, quantity_kg=1)
        return self.scene.world.signed("units.transfer", body)

    def strike(self, fault: Fault) -> bool:
        """Record an order under a fault, ask again when it is over; say whether it struck."""
        order, before = self.order(), self.registry.size()
        answer: Entry | None = None
        with watched(fault):
            try:
                [answer] = entries_of(self.scene.world.submit(order))
            except TOLD as error:
                self.told.add(str(getattr(error, "orig", error)))
        if not fault.fired:
            return False
        self.faults += 1
        if self.restart:
            self.registry.close()
            self.scene.world.registry = open_registry(self.registry.settings)
        self._settle(order, before, answer)
        return True

    def _settle(self, order: SignedOrder, before: int, answer: Entry | None) -> None:
        there = self.registry.size() - before
        assert there in (0, 1), f"one order left {there} entries"
        if answer is not None:
            self.unnoticed += 1
            assert there == 1, "an acknowledged order is not there"
        else:
            self.yet_recorded += there
            [answer] = entries_of(self.scene.world.submit(self.again(self, order)))
        assert self.registry.size() == before + 1, "an order is there twice"
        assert self.registry.entry_bytes(before) == answer.content

    def __str__(self) -> str:
        """Say it, with the bound that so many trials without a failure allow (95 %)."""
        return (
            f"{self.faults} faults struck, {self.unnoticed} harmed nothing, {self.yet_recorded} "
            f"'error, yet recorded', 0 lost, 0 twice; below {3 / max(1, self.faults):.1e} a fault"
        )


@contextmanager
def opened(
    folder: Path,
    journal: str,
    *,
    again: Again = the_same,
    restart: bool = False,
    second_copy: Path | None = None,
) -> Iterator[Trial]:
    """Yield a trial; in the end the whole ledger is audited."""
    with over_apsw(journal):
        scene = open_scene(folder)
        if second_copy is not None:
            settings = scene.world.registry.settings
            scene.world.registry.close()
            settings = settings.model_copy(update={"second_copy": second_copy})
            scene.world.registry = open_registry(settings)
        trial = Trial(scene, again, restart)
        yield trial
        trial.registry.close()
        report = audit(trial.registry.settings)
        assert report.ok, report.findings[:3]


def strike_at_every_step(trial: Trial, pattern: Fault) -> None:
    """Let every step of recording an order fail in one way."""
    at = 1
    while trial.strike(replace(pattern, at=at, count=0, fired=0)):
        at += 1
