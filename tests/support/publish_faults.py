"""Publishing under faults: what must hold after each, whatever it was."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from ledger import store
from ledger.log.checkpoint import open_checkpoint
from ledger.publish.signer import read_signer_mark
from ledger.publish.tiling import STAGING
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support import bodies
from tests.support.children import fork
from tests.support.disks import FAULTS, Cut, FaultyDisk, Files, RecordingDisk, installed
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, entries_of, open_scene
from tests.support.publishing import near_publisher

Sabotage = Callable[[], AbstractContextManager[object]]
TAIL = 640
"""Entries that are read after each fault; those before them were read after earlier ones."""

KEPT = {
    "all unsynced is lost": lambda _path: False,
    "names stay, contents are torn": lambda _path: True,
    "only the newest words stay": lambda path: path.name in ("checkpoint", "SIGNER_MARK"),
}


@dataclass(slots=True)
class Trial:
    """A registry that is published under one fault after the other.

    `roots` holds every root that a signature was ever seen for, by size.
    """

    scene: Scene
    sabotage: Sabotage = nullcontext
    fired: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Where the registry lies."""
        return self.scene.world.registry.settings

    def pay(self, times: int) -> None:
        """Record something to publish: one kilogram goes to and fro, so that nobody runs dry."""
        scene = self.scene
        scene.world.registry = open_registry(self.settings)
        ways = cycle(((scene.owner, scene.buyer), (scene.buyer, scene.owner)))
        orders = [
            scene.world.signed("units.transfer", bodies.transfer(source, target, quantity_kg=1))
            for source, target in islice(ways, times)
        ]
        entries_of(scene.world.submit(*orders))
        scene.world.registry.close()

    def publish(self, disk: FaultyDisk) -> None:
        """Publish through a disk, in this process; a fault of the disk may end it."""
        registry = open_registry(self.settings)
        with self.sabotage(), installed(disk):
            try:
                near_publisher(registry).publish()
            except OSError:
                assert disk.fired
            finally:
                registry.close()
        self.fired += disk.fired

    def publish_and_die(self, at: int, *, done: bool) -> None:
        """Publish in a child that is killed at a step; it reports when it lives on."""

        def work(report: Callable[[object], None]) -> None:
            registry = open_registry(self.settings)
            disk = FaultyDisk(at, FAULTS["kill"], done=done)
            with self.sabotage(), installed(disk):
                near_publisher(registry).publish()
            report("alive")

        self.fired += fork(work).reports() != ["alive"]

    def check(self) -> None:
        """Check that all that is signed or shown is one log, durable and whole."""
        registry = open_registry(self.settings)
        try:
            assert registry.read_only_reason is None, registry.read_only_reason
            mark, shown = read_signer_mark(self.settings.keys), registry.checkpoint()
            for note in (mark, shown):
                if note is not None:
                    self._check_note(registry, note)
            if shown is not None:
                self._check_shown(registry, shown)
        finally:
            registry.close()

    def _check_note(self, registry: Registry, note: bytes) -> None:
        checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
        assert self.roots.setdefault(checkpoint.size, checkpoint.root) == checkpoint.root
        assert registry.root(checkpoint.size) == checkpoint.root

    def _check_shown(self, registry: Registry, shown: bytes) -> None:
        checkpoint = open_checkpoint(shown, [LOG_KEY.vkey], ORIGIN)
        tiles = registry.tiles(checkpoint.size, checkpoint.root)
        first = max(0, checkpoint.size - TAIL)
        with registry.reader.connect() as connection:
            stored = [*store.read(connection, first, checkpoint.size)]
        assert [*tiles.entries(first)] == stored


def opened(folder: Path, sabotage: Sabotage = nullcontext) -> Trial:
    """Return a trial on a small registry that has been published once."""
    scene = open_scene(folder)
    near_publisher(scene.world.registry).publish()
    scene.world.registry.close()
    return Trial(scene, sabotage)


def fail_at_every_step(
    trial: Trial, names: tuple[str, ...] = ("kill", "EIO"), times: int = 1
) -> int:
    """Let every step of a publication fail in these ways; return how many faults fired."""
    for name, done in ((n, d) for n in names for d in (False, True)):
        at, before = 0, -1
        while trial.fired > before:
            at, before = at + 1, trial.fired
            trial.pay(times)
            if name == "kill":
                trial.publish_and_die(at, done=done)
            else:
                trial.publish(FaultyDisk(at, FAULTS[name], done=done))
            trial.check()
    return trial.fired


def cut_at_every_step(trial: Trial, times: int = 1) -> int:
    """Publish once, then cut the power after every step of it; return how many cuts there were."""
    trial.pay(times)
    folders = (trial.settings.log, trial.settings.keys)
    before = files_in(folders)
    registry = open_registry(trial.settings)
    with trial.sabotage(), installed(RecordingDisk()) as disk:
        near_publisher(registry).publish()
    registry.close()
    cuts = 0
    for end in range(len(disk.steps) + 1):
        for keep in KEPT.values():
            put_back(folders, Cut(before=before, keep=keep).left(disk.steps[:end]))
            trial.check()
            cuts += 1
    return cuts


def files_in(folders: tuple[Path, ...]) -> Files:
    """Return every file in some folders."""
    found = (path for folder in folders for path in folder.rglob("*"))
    return {p: p.read_bytes() for p in found if p.is_file() and STAGING not in p.parts}


def put_back(folders: tuple[Path, ...], files: Files) -> None:
    """Make folders hold just these files."""
    for path in files_in(folders):
        if path not in files and path.suffix != ".lock":
            path.unlink()
    for path, content in files.items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path)
