"""Killing a writer at random instants, and comparing what it acknowledged with what is there."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from select import select
from time import monotonic

from ledger import store
from ledger.audit.audit import audit
from ledger.database.sqlite import create_read_engine
from ledger.log.verify import ChainState, check_chain
from ledger.registry import open_registry
from ledger.settings import Settings
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, entries_of, open_scene

ALIVE_S = 0.04
WARM_SHARE = 0.8
"""Share of the writers that have acknowledged something before they are killed."""

PATIENCE_S = 10

RESTART_S_MAX = 5.0
OPENED = -1
"""In the place of a number: how long it took to start after the kill before, or why it did not."""

Writer = Callable[[Scene, Report], None]


def write(scene: Scene, report: Report) -> None:
    """Open the registry, record one small batch after the other, acknowledge what is committed."""
    began_s = monotonic()
    registry = open_registry(scene.world.registry.settings)
    opened = [OPENED, registry.read_only_reason or f"{monotonic() - began_s}"]
    while True:
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
        orders = [scene.world.signed("units.transfer", body) for _ in range(2)]
        entries = entries_of(registry.submit(orders, now_us=scene.world.now_us))
        # Only now, so that whoever waits for the first word waits for the first commit.
        report(opened)
        for entry in entries:
            report([entry.seq, entry.leaf_hash.hex()])


def kill_one(scene: Scene, writer: Writer, random: Random) -> dict[int, str]:
    """Fork a writer, kill it at a random instant, return what it acknowledged."""
    child = fork(lambda report: writer(scene, report))
    warm = random.random() < WARM_SHARE
    if warm:
        select([child.pipe], [], [], PATIENCE_S)
    time.sleep(random.uniform(0, ALIVE_S))
    child.kill()
    scene.world.orders += 1_000  # the child has used up some nonces
    told = dict(child.reports())
    assert told or not warm, "nothing was recorded in time"
    opened_s = told.pop(OPENED, None)
    assert opened_s is None or float(opened_s) < RESTART_S_MAX
    return told


def continue_chain(settings: Settings, state: ChainState) -> tuple[ChainState, dict[int, str]]:
    """Check what was added to the chain; return its new state and the new leaf hashes."""
    engine = create_read_engine(settings.database, settings.vault)
    with engine.connect() as connection:
        head = store.read_head(connection)
        contents = list(store.read(connection, state.size, head.size))
    engine.dispose()
    reached = check_chain(contents, after=state)
    assert (reached.size, reached.head, reached.root) == (head.size, head.leaf_hash, head.root)
    leaves = [check_chain([content], after=part) for content, part in steps(contents, state)]
    return reached, {leaf.size - 1: leaf.head.hex() for leaf in leaves}


def steps(contents: list[bytes], state: ChainState) -> list[tuple[bytes, ChainState]]:
    """Pair each entry with the state before it."""
    found = []
    for content in contents:
        found.append((content, state))
        state = check_chain([content], after=state)
    return found


def opened(folder: Path) -> tuple[Scene, ChainState]:
    """Return the scene in a folder, and the state of its chain."""
    scene = open_scene(folder)
    registry = scene.world.registry
    state = check_chain(registry.entry_bytes(seq) for seq in range(registry.size()))
    registry.close()  # SQLite connections must not cross a fork
    return scene, state


def survive(folder: Path, kills: int, seed: int) -> int:
    """Kill one writer after the other; return how many entries they had acknowledged.

    Each is on disk after each kill, the chain is whole, and so is the ledger in the end.
    """
    random = Random(seed)
    scene, state = opened(folder)
    settings = scene.world.registry.settings
    acknowledged_in_all = 0
    for _ in range(kills):
        acknowledged = kill_one(scene, write, random)
        state, added = continue_chain(settings, state)
        assert acknowledged.items() <= added.items(), acknowledged.items() - added.items()
        acknowledged_in_all += len(acknowledged)
    assert audit(settings).ok
    return acknowledged_in_all
