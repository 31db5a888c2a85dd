"""A sync that fails, after which the kernel drops what it was to write and yet goes on showing it.

That is what Linux does: the next sync of the same file succeeds. Nobody restarts; the caller asks
again, and what is acknowledged then must survive a power cut.
"""

from collections.abc import Callable
from dataclasses import replace
from errno import EIO
from os import strerror
from pathlib import Path
from typing import TypeVar

from tests.support import bodies
from tests.support.power_cut.failures import TOLD, failed_sync
from tests.support.power_cut.recording import Desk, Recording, record
from tests.support.power_cut.vfs import Recorder, Step

Done = TypeVar("Done")


class DroppingRecorder(Recorder):
    """Remembers all steps; one sync of a file, counted from 1 once it is `armed`, fails."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.count, self.fired, self.armed = at, 0, 0, False

    def step(self, step: Step, do: Callable[[], Done]) -> Done:
        if self.armed and step.kind == "sync":
            self.count += 1
            if self.count == self.at:
                self.fired += 1
                self.steps.append(replace(step, kind="dropped"))
                if step.path.parent.name == "data":
                    raise failed_sync()
                raise OSError(EIO, strerror(EIO))
        return super().step(step, do)


def record_dropped(folder: Path, journal: str, at: int) -> Recording | None:
    """Record a payment whose sync number `at` fails, the same again, and another; or nothing."""
    recorder = DroppingRecorder(at)

    def work(desk: Desk) -> None:
        scene = desk.recording.scene
        assert scene is not None
        desk.pay(1)
        order = scene.world.signed(
            "units.transfer", bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
        )
        recorder.armed = True
        try:
            desk.hand_in(order)
        except TOLD:
            desk.ask_again(order)
        recorder.armed = False
        desk.pay(1)

    recording = record(folder, journal, work, recorder=recorder)
    return recording if recorder.fired else None
