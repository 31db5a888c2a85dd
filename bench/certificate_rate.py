"""How many papers a second one process makes, and two; and how soon a new process makes its first.

The authority that dates them runs beside them on the same cores.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from certificates.render import Renderer
from certificates.seal import Sealer
from certificates.time_stamper import Authority
from ledger.anchors.time_stamps import read_roots
from tests.support.specimens import LOOKS, paper

PAPERS = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a process finds the seal's key and the authority that dates."""

    keys: Path
    roots: Path
    address: str

    def sealer(self) -> Sealer:
        """Open the seal."""
        return Sealer(self.keys, Authority(self.address, read_roots(self.roots)))


def rates(desk: Desk) -> dict[str, float]:
    """Return papers a second, all kinds in turn, with one process and with two."""
    return {f"per_s_{count}_processes": round(_rate(desk, count), 1) for count in (1, 2)}


def _rate(desk: Desk, count: int) -> float:
    context = get_context("spawn")
    start, done = context.Barrier(count + 1), context.Barrier(count + 1)
    workers = [
        context.Process(target=_work, args=(desk, PAPERS // count, start, done), daemon=True)
        for _ in range(count)
    ]
    for worker in workers:
        worker.start()
    start.wait()
    began = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - began
    for worker in workers:
        worker.join()
    return PAPERS // count * count / seconds


def _work(desk: Desk, papers: int, start: Barrier, done: Barrier) -> None:
    made = [paper(look) for look in LOOKS]
    renderer, sealer = Renderer(), desk.sealer()
    for content, statement in made:
        sealer.seal(renderer.draw(content, statement), when=datetime.now(UTC))
    start.wait()
    for index in range(papers):
        content, statement = made[index % len(made)]
        sealer.seal(renderer.draw(content, statement), when=datetime.now(UTC))
    done.wait()


def first_seconds(desk: Desk, statement: Path) -> float:
    """Return how long a new process takes from its start to its first sealed paper."""
    command = [sys.executable, "-m", "bench.certificate_first", str(statement), str(desk.keys)]
    began = time.perf_counter()
    subprocess.run([*command, str(desk.roots), desk.address], check=True)
    return round(time.perf_counter() - began, 2)
