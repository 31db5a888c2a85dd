"""A year of small papers through the whole path: stated, rendered, sealed, dated, stored, recorded.

    python -m bench.volume PAPERS [SUBJECTS]

PAPERS are issued, some by one worker and the rest by two; what this process alone does is measured
on a ledger of SUBJECTS retirements. The authority is `openssl ts` behind HTTP, on the same cores.
"""

import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing import active_children
from pathlib import Path

from api.demo.play import perform
from api.issuing import Paper
from api.issuing_all import PAGE, Run
from api.issuing_plan import BATCH, Plan, Tally
from api.keeping import keep
from api.press import press_of
from api.stating import NotStatedError, statements_of
from api.subjects import Subject, Walk
from ledger.registry import Registry
from tests.support.many_papers import add_retirements, now_us, publish_here, unwatched
from tests.support.time_authority import found_authority, serving

NAME = "volume"
PAPERS = 240
PAPERS_MIN = 64
SUBJECTS = 2_000
LIMIT_PER_S = 12
YEAR = 100_000
PAPER_BYTES = 190_000
ALONE = 64
KEPT = 128
PAGES = 16
KINDS = ("RT",)


def run(papers: int = PAPERS, subjects: int = SUBJECTS) -> dict[str, object]:
    """Issue papers by one worker and by two; then measure what the parent alone does."""
    if papers < PAPERS_MIN:
        raise ValueError(f"a rate needs {PAPERS_MIN} papers at least")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        registry = perform(folder / "demo", lambda _: None).registry
        unwatched(registry)
        add_retirements(registry, papers)
        publish_here(registry)
        authority = found_authority(folder / "authority")
        with serving(authority) as address:
            given = {"anchor_url": address, "anchor_roots": authority.roots}
            dated = Registry(
                settings=registry.settings.model_copy(update=given),
                writer=registry.writer,
                reader=registry.reader,
                checker=registry.checker,
                standing=registry.standing,
            )
            few = min(papers // 2, PAPERS // 2)
            one = _issue(dated, 1, few)
            two = _issue(dated, 2, papers - few)
        alone = _alone(registry, subjects)
        registry.close()
    return {
        "name": NAME,
        "ratio": round(two.per_s / LIMIT_PER_S, 2),
        "against": f"{LIMIT_PER_S} dated certificates a second by two workers, the limit",
        "figures": {
            "papers": papers,
            "per_s_one_worker": round(one.per_s, 2),
            "per_s_two_workers": round(two.per_s, 2),
            "two_workers_ready_after_s": round(two.ready_s, 1),
            "cpu_ms_per_paper_with_start": round(two.cpu_s / two.issued * 1_000, 1),
            "cpu_ms_per_paper_of_workers": round(two.memory.worker_cpu_s / two.timed * 1_000, 1),
            "cpu_ms_per_paper_of_parent": round(two.own_cpu_s / two.issued * 1_000, 1),
            "rss_mb_start_middle_end_parent": two.memory.parent(),
            "rss_mb_start_middle_end_workers": two.memory.workers(),
            **alone,
            f"hours_for_{YEAR}_extrapolated": round(YEAR / two.per_s / 3_600, 2),
        },
    }


@dataclass(slots=True)
class Memory:
    """What this process and its workers hold, in megabytes, and the processor time of the workers.

    Batch by batch; `worker_cpu_s` counts what passes between two looks at the same process.
    """

    seen: list[tuple[float, float]] = field(default_factory=list)
    cpu: dict[int, float] = field(default_factory=dict)
    worker_cpu_s: float = 0.0

    def look(self) -> None:
        workers = [one.pid or 0 for one in active_children()]
        if not workers:  # the last batch is recorded when they have gone
            return
        self.seen.append((_rss_mb(os.getpid()), max(_rss_mb(pid) for pid in workers)))
        now = {pid: _cpu_of_s(pid) for pid in workers}
        self.worker_cpu_s += sum(now[pid] - self.cpu[pid] for pid in now if pid in self.cpu)
        self.cpu = now

    def parent(self) -> list[float]:
        return self._three(0)

    def workers(self) -> list[float]:
        """The largest of them each time."""
        return self._three(1)

    def _three(self, column: int) -> list[float]:
        last = len(self.seen) - 1
        return [round(self.seen[at][column], 1) for at in (min(1, last), last // 2, last)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """How a run went; the rate counts from the first batch on, when all workers are ready."""

    issued: int
    per_s: float
    ready_s: float
    timed: int
    cpu_s: float
    own_cpu_s: float
    memory: Memory


def _issue(registry: Registry, workers: int, count: int) -> Issued:
    memory, times = Memory(), list[tuple[float, int]]()

    def show(tally: Tally) -> None:
        if tally.issued:
            times.append((time.monotonic(), tally.issued))
            memory.look()

    began, cpu, own = time.monotonic(), _cpu_s(), time.process_time()
    run = Run(
        registry=registry,
        open_press=press_of(registry.settings),
        plan=Plan(workers=workers, limit=count),
        show=show,
    )
    run.issue(Walk(kinds=KINDS))
    if run.tally.issued != count:
        raise RuntimeError(f"{run.tally.issued} of {count}: {run.tally.not_issued[:1]}")
    (first_s, first), (last_s, last) = times[0], times[-1]
    return Issued(
        issued=count,
        timed=last - first,
        per_s=(last - first) / (last_s - first_s),
        ready_s=first_s - began,
        cpu_s=_cpu_s() - cpu,
        own_cpu_s=time.process_time() - own,
        memory=memory,
    )


def _alone(registry: Registry, subjects: int) -> dict[str, object]:
    """Measure listing, stating, storing and recording, by their CPU and by the clock."""
    add_retirements(registry, subjects)
    publish_here(registry)
    began = time.process_time()
    found = [*Walk(kinds=KINDS).without_paper(registry.books())]
    listed_s = time.process_time() - began
    apart = found[:: max(1, len(found) // ALONE)][:ALONE]
    pages = [found[at : at + PAGE] for at in range(0, len(found), max(PAGE, len(found) // PAGES))]
    began = time.process_time()
    proofs = [proof for page in pages for proof in _proofs(registry, page)]
    stated_s = (time.process_time() - began) / len(proofs)
    began = time.process_time()
    for one in apart:
        _proofs(registry, [one])
    single_s = (time.process_time() - began) / len(apart)
    kept_cpu_s, kept_s = _keep(registry, found[:KEPT])
    return {
        "subjects": len(found),
        "list_all_cpu_s": round(listed_s, 2),
        "list_cpu_ms_per_paper": round(listed_s / len(found) * 1_000, 3),
        "state_cpu_ms_per_paper": round(stated_s * 1_000, 2),
        "state_one_alone_cpu_ms": round(single_s * 1_000, 2),
        "keep_cpu_ms_per_paper": round(kept_cpu_s / KEPT * 1_000, 2),
        "keep_ms_per_paper": round(kept_s / KEPT * 1_000, 2),
    }


def _proofs(registry: Registry, page: list[Subject]) -> list[bytes]:
    found = statements_of(registry, [one.stated for one in page])
    return [one.proof for one in found if not isinstance(one, NotStatedError)]


def _keep(registry: Registry, subjects: list[Subject]) -> tuple[float, float]:
    papers = [
        Paper(
            subject=one.key,
            number=one.stated.number,
            copy=1,
            pdf=os.urandom(PAPER_BYTES),
            proof=os.urandom(8_000),
            state_proof=b"",
        )
        for one in subjects
    ]
    began, cpu = time.monotonic(), time.process_time()
    for at in range(0, len(papers), BATCH):
        keep(registry, papers[at : at + BATCH], now_us())
    return time.process_time() - cpu, time.monotonic() - began


def _cpu_s() -> float:
    """Return the processor time of this process and of all that have ended below it."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _cpu_of_s(pid: int) -> float:
    """Return the processor time of another process so far."""
    fields = _file(pid, "stat").rpartition(b") ")[2].split()
    ticks = sum(int(one) for one in fields[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    lines = _file(pid, "status").splitlines()
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(b"VmRSS"))


def _file(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""  # it has just ended


if __name__ == "__main__":
    print(json.dumps(run(*(int(one) for one in sys.argv[1:])), ensure_ascii=False))
