"""A process that runs out of files or memory: it tells, or dies, and loses nothing."""

import os
import resource
from pathlib import Path
from random import Random

from sqlalchemy.exc import SQLAlchemyError

from ledger.audit.audit import audit
from ledger.registry import open_registry
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, entries_of, open_scene
from tests.support.power_cut.failures import TOLD

SPARE_FILES = 14
SPARE_BYTES = 24 * 1_048_576
BLOCK_BYTES = 8 * 1_048_576
BATCHES = 20
RUN_OUT = (*TOLD, SQLAlchemyError, MemoryError)


def _without_files(random: Random) -> None:
    spare = len(os.listdir("/proc/self/fd")) + random.randrange(SPARE_FILES)  # noqa: PTH208  # its count
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, spare))


def _without_memory(random: Random) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    size = pages * resource.getpagesize() + random.randrange(SPARE_BYTES)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


LIMITS = {"files": _without_files, "memory": _without_memory}


def _work(scene: Scene, limit: str, seed: int, report: Report) -> None:
    """Record batches, and use things up, until something runs out; report what was recorded."""
    LIMITS[limit](Random(seed))
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    held: list[bytes | int] = []
    try:
        scene.world.registry = open_registry(scene.world.registry.settings)
        for number in range(BATCHES):
            orders = [scene.world.signed("units.transfer", body) for _ in range(1 + number % 4)]
            answers = scene.world.registry.submit(orders, now_us=scene.world.now_us)
            for entry in entries_of(answers):
                report(["recorded", entry.seq, entry.leaf_hash.hex()])
            held.append(bytes(BLOCK_BYTES) if limit == "memory" else os.dup(0))
    except RUN_OUT:
        return  # told, and the process ends
    report(["finished", 0, ""])


def exhaust_often(folder: Path, limit: str, rounds: int, seed: int) -> tuple[int, int]:
    """Let children run out of something; return how many orders were told, and how many ran out."""
    scene, recorded, ran_out = open_scene(folder), dict[int, str](), 0
    settings = scene.world.registry.settings
    scene.world.registry.close()
    for number in range(rounds):
        told = fork(lambda report, n=number: _work(scene, limit, seed + n, report)).reports()
        scene.world.orders += 1_000
        ran_out += [kind for kind, *_ in told][-1:] != ["finished"]
        recorded |= {seq: digest for kind, seq, digest in told if kind == "recorded"}
        registry = open_registry(settings)
        assert registry.read_only_reason is None
        for seq, digest in recorded.items():
            assert registry.entry(seq).leaf_hash.hex() == digest
        registry.close()
    report = audit(settings)
    assert report.ok, report.findings[:3]
    return len(recorded), ran_out
