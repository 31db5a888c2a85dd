"""A history that its operator rewrites: other orders, or other times, and every hash made anew.

The rewritten ledger is lawful in itself: all its orders are signed and allowed, so that an audit
without anything from outside must find nothing.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from ledger import store
from ledger.audit.findings import Findings
from ledger.audit.kept import check_kept, read_kept
from ledger.intake.envelope import SignedOrder
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tiles import CHECKPOINT_PATH, TILE_WIDTH, encode_bundle, tile_bytes, tiles_of
from ledger.registry import Registry, open_registry
from tests.support import bodies
from tests.support.ledger import LOG_KEY, ORIGIN, SECOND_US, Scene, open_scene, settings_in

TAIL = 24
"""How many entries are recorded after those that all histories share."""

CHECKPOINT_EVERY = 5

WAYS = ("cut", "insert", "leave out", "other amount", "other time", "swap")


@dataclass(frozen=True, slots=True)
class Told:
    """What was shown to others: a folder with the static log, and the checkpoints of the way."""

    base: Path
    size: int
    tail: tuple[tuple[SignedOrder, int], ...]
    scene: Scene
    copy: Path
    checkpoints: tuple[Path, ...]


def tell(folder: Path) -> Told:
    """Record a history and keep what it shows on the way."""
    scene = open_scene(folder / "told")
    registry, size = scene.world.registry, scene.world.registry.size()
    base = folder / "base"
    shutil.copytree(registry.settings.data, base / "data")
    shutil.copytree(registry.settings.keys, base / "keys")
    tail, checkpoints = [], []
    for number in range(TAIL):
        order = _transfer(scene, number + 1)
        scene.world.record(order)
        tail.append((order, scene.world.now_us))
        if number % CHECKPOINT_EVERY == 0:
            path = folder / f"checkpoint-{registry.size()}"
            path.write_bytes(_note(registry))
            checkpoints.append(path)
    copy = folder / "copy"
    write_static_log(registry, copy)
    registry.close()
    return Told(base, size, tuple(tail), scene, copy, tuple(checkpoints))


def write_static_log(registry: Registry, folder: Path) -> None:
    """Write a log's checkpoint, tiles and bundles, as a mirror keeps them."""
    size = registry.size()
    entries = [registry.entry_bytes(seq) for seq in range(size)]
    with registry.reader.connect() as connection:
        for tile in tiles_of(size):
            path = folder / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            first = tile.index * TILE_WIDTH
            if tile.is_bundle:
                path.write_bytes(encode_bundle(entries[first : first + tile.width]))
            else:
                path.write_bytes(tile_bytes(tile, partial(store.subtree, connection)))
    (folder / CHECKPOINT_PATH).write_bytes(_note(registry))


def rewrite(told: Told, folder: Path, random: Random) -> tuple[str, int, Registry]:
    """Record another history over the same beginning.

    Returns:
        In which way it differs, the first entry that is another one, and the registry.
    """
    way, place = random.choice(WAYS), random.randrange(TAIL - 1)
    shutil.copytree(told.base, folder, dirs_exist_ok=True)
    registry = open_registry(settings_in(folder))
    for order, at_us in _changed(told, way, place):
        answer = registry.submit([order], now_us=at_us)[0]
        if isinstance(answer, Exception):
            raise answer
    return way, told.size + place, registry


def detect(told: Told, folder: Path, count: int, seed: int) -> set[str]:
    """Rewrite that many histories; each must be noticed and its first other entry named.

    Returns:
        In which ways they differed.
    """
    random, ways = Random(seed), set()
    for number in range(count):
        place = folder / str(number)
        way, seq, registry = rewrite(told, place, random)
        findings = Findings()
        with registry.reader.connect() as connection:
            check_kept(connection, read_kept([told.copy]), [LOG_KEY.vkey], findings)
        registry.close()
        shutil.rmtree(place)
        assert findings.items, way
        # A log that only ends too early has no entry that is another one.
        assert way == "cut" or findings.first_bad_entry == seq, way
        ways.add(way)
    return ways


def _changed(told: Told, way: str, place: int) -> Sequence[tuple[SignedOrder, int]]:
    tail = list(told.tail)
    if way == "cut":
        return tail[:place]
    order, at_us = tail[place]
    if way == "other time":
        tail[place] = (order, at_us + SECOND_US // 2)
    elif way == "swap":
        tail[place], tail[place + 1] = (tail[place + 1][0], at_us), (order, tail[place + 1][1])
    elif way == "leave out":
        del tail[place]
    elif way == "insert":
        tail.insert(place, (_transfer(told.scene, 1), at_us))
    else:
        tail[place] = (_transfer(told.scene, 1_000 + place), at_us)
    return tail


def _transfer(scene: Scene, quantity_kg: int) -> SignedOrder:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
    return scene.world.signed("units.transfer", body)


def _note(registry: Registry) -> bytes:
    checkpoint = Checkpoint(origin=ORIGIN, size=registry.size(), root=registry.root())
    return sign_checkpoint(checkpoint, [LOG_KEY])
