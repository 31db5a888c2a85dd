"""Verify papers: in this process, drawn anew, in a child, and files that cost a verifier most."""

import statistics
import time
from collections.abc import Callable, Sequence

from certificates import verify_content
from certificates.children import forker
from certificates.verify import verify_pdf
from contracts.values import Json
from tests.support.bombs import BOMBS
from tests.support.sealed_paper import registry, sealed

NAME = "verification"
KINDS = ("RT", "CL", "RG", "HD")
WARM = 15
UPLOADS = 9
LIMIT_MS = 100
"""What a verification in this process may take, the page's drawing recalled."""


def run() -> dict[str, object]:
    """Verify the first paper of each kind again and again, then every hostile file once.

    Processor time stands beside the clock's: on a busy machine only the first tells anything.
    """
    figures: dict[str, float] = {}
    for kind in KINDS:
        recalled = _warm(kind, lambda: None)
        drawn = _warm(kind, verify_content._rendered.cache_clear)  # noqa: SLF001  # forget what was drawn
        figures[f"{kind.lower()}_cpu_ms"] = recalled[1]
        figures[f"{kind.lower()}_wall_ms"] = recalled[0]
        figures[f"{kind.lower()}_drawn_anew_cpu_ms"] = drawn[1]
    figures |= _uploads() | _hostile()
    slowest = max(figures[f"{kind.lower()}_cpu_ms"] for kind in KINDS)
    return {
        "name": NAME,
        "ratio": round(slowest / LIMIT_MS, 3),
        "against": f"{LIMIT_MS} ms of a processor for the slowest kind, in process, warm",
        "figures": figures,
    }


def _warm(kind: str, before: Callable[[], object]) -> tuple[float, float]:
    data, trust, times = sealed(kind), registry().trust, []
    for _ in range(WARM + 1):
        before()
        wall, used = time.perf_counter(), time.process_time()
        if not verify_pdf(data, trust).ok:
            raise RuntimeError("the certificate does not verify")
        times.append((time.perf_counter() - wall, time.process_time() - used))
    return _medians(times[1:])


def _medians(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    walls, used = zip(*times, strict=True)
    return round(statistics.median(walls) * 1_000, 1), round(statistics.median(used) * 1_000, 1)


def _asked() -> dict[str, Json]:
    trust = str(registry().folder / "trust")
    return {
        "note": None,
        "offered": "pdf",
        "state": None,
        "trust": trust,
        "witnessed_after": None,
    }


def _uploads() -> dict[str, float]:
    """Verify in children, as an upload is: after the forker's start, of which the first tells."""
    began = time.perf_counter()
    forker().start()
    started_s, times = time.perf_counter() - began, []
    for _ in range(UPLOADS):
        began = time.perf_counter()
        answer = forker().ask(_asked(), sealed("RT"))
        times.append((time.perf_counter() - began, answer.seconds))
    wall, used = _medians(times)
    return {
        "forker_start_ms": round(started_s * 1_000, 1),
        "child_wall_ms": wall,
        "child_cpu_ms": used,
    }


def _hostile() -> dict[str, float]:
    walls, used, memory_mb = [], [], []
    for _, make in BOMBS:
        data, began = make(), time.perf_counter()
        answer = forker().ask(_asked(), data)
        walls.append(time.perf_counter() - began)
        used.append(answer.seconds)
        memory_mb.append(answer.memory_kb / 1024)
    return {
        "hostile_files": len(BOMBS),
        "hostile_wall_s_max": round(max(walls), 2),
        "hostile_cpu_s_max": round(max(used), 2),
        "hostile_memory_mb_max": round(max(memory_mb)),
    }
