"""A disk of a few hundred KiB, which is really full: a tmpfs that one child process alone sees."""

import ctypes
import os
from pathlib import Path
from random import Random

from ledger.audit.audit import audit
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, entries_of, open_scene
from tests.support.power_cut.failures import TOLD

CLONE_NEWNS, CLONE_NEWUSER = 0x0002_0000, 0x1000_0000
MS_REC, MS_PRIVATE = 0x4000, 0x4_0000
DISK_KIB = 4_096
BLOCK = 4_096
LEFT_KIB_MAX = 120
ORDERS_MAX = 400
"""No free space that is left lets so many orders in."""

_libc = ctypes.CDLL(None, use_errno=True)


class NoDiskError(Exception):
    """This machine lets nobody mount anything here."""


def mount_small(folder: Path) -> None:
    """Lay a small disk over a folder, for this process and its children only.

    Raises:
        NoDiskError: the machine forbids it.
    """
    flags = CLONE_NEWNS if os.getuid() == 0 else CLONE_NEWNS | CLONE_NEWUSER
    size = f"size={DISK_KIB}k".encode()
    for done in (
        lambda: _libc.unshare(flags),
        lambda: _libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None),
        lambda: _libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, size),
    ):
        if done() != 0:
            raise NoDiskError(os.strerror(ctypes.get_errno()))


def fill(ballast: Path, left_kib: int) -> None:
    """Leave only so much room."""
    state = os.statvfs(ballast.parent)
    room = state.f_bavail * state.f_frsize - left_kib * 1_024
    ballast.write_bytes(bytes(max(0, room)))


def fill_often(folder: Path, fills: int, seed: int) -> list[object]:
    """Fill a registry's disk so many times; return what each told, and what the audit says.

    Raises:
        NoDiskError: this machine lets nobody mount anything.
    """
    scene = open_scene(folder / "copied-by-the-child")  # built before the fork, once a process
    scene.world.registry.close()
    disk = folder / "disk"
    disk.mkdir()

    def work(report: Report) -> None:
        try:
            mount_small(disk)
        except NoDiskError as error:
            report(f"no disk: {error}")
            return
        own, random = open_scene(disk), Random(seed)
        for _ in range(fills):
            report(fill_once(own, disk / "ballast", random.randrange(LEFT_KIB_MAX)))
        own.world.registry.close()
        report(audit(own.world.registry.settings).ok)

    found = fork(work).reports()
    if len(found) == 1 and str(found[0]).startswith("no disk"):
        raise NoDiskError(found[0])
    return found


def fill_once(scene: Scene, ballast: Path, left_kib: int) -> str:
    """Record orders until the disk is full, make room, go on; say what the full disk said."""
    world, registry = scene.world, scene.world.registry
    fill(ballast, left_kib)
    for _ in range(ORDERS_MAX):
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
        order, before = world.signed("units.transfer", body), registry.size()
        try:
            world.submit(order)
        except TOLD as error:
            ballast.unlink()
            [entry] = entries_of(world.submit(order))
            if registry.size() != before + 1 or registry.entry_bytes(before) != entry.content:
                return "the order is not there just once"
            return f"full: {getattr(error, 'orig', error)}"
    return "the disk never was full"
