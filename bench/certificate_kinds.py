"""Every kind of paper, warm: rendered, sealed and dated (B-T) by us, and as WeasyPrint alone does.

Ours and the peer's are made in turns in one process; the figures are medians.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.plain_paper import plain_paper
from certificates.render import Renderer
from certificates.seal import Sealer
from tests.support.specimens import LOOKS, paper

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class _Took:
    """Milliseconds by the clock, and of the processor."""

    ms: float
    cpu_ms: float


class _Watch:
    """Tells how long each step took since the one before."""

    def __init__(self) -> None:
        self._at = time.perf_counter(), time.process_time()

    def step(self) -> _Took:
        before, self._at = self._at, (time.perf_counter(), time.process_time())
        wall, cpu = (now - then for now, then in zip(self._at, before, strict=True))
        return _Took(wall * 1_000, cpu * 1_000)


def kinds(renderer: Renderer, sealer: Sealer) -> dict[str, float]:
    """Return, by kind, milliseconds of ours and of the peer, their ratio, and our file's KB."""
    figures: dict[str, float] = {}
    for look in LOOKS:
        figures |= {f"{look}_{name}": value for name, value in _kind(look, renderer, sealer)}
    return figures


def _kind(look: str, renderer: Renderer, sealer: Sealer) -> Iterator[tuple[str, float]]:
    content, statement = paper(look)
    rounds, sealed = [], b""
    for _ in range(ROUNDS + 1):
        watch = _Watch()
        page = renderer.draw(content, statement)
        render = watch.step()
        sealed = sealer.seal(page, when=datetime.now(UTC))
        seal = watch.step()
        plain_paper(renderer, content, statement)
        rounds.append((render, seal, watch.step()))
    ours = _median([render.ms + seal.ms for render, seal, _ in rounds])
    ours_cpu = _median([render.cpu_ms + seal.cpu_ms for render, seal, _ in rounds])
    peer = _median([plain.ms for *_, plain in rounds])
    yield "render_ms", _median([render.ms for render, *_ in rounds])
    yield "seal_dated_ms", _median([seal.ms for _, seal, _ in rounds])
    yield "ms", ours
    yield "plain_weasyprint_ms", peer
    yield "times_faster", round(peer / ours, 1)
    yield "times_faster_cpu", round(_median([plain.cpu_ms for *_, plain in rounds]) / ours_cpu, 1)
    yield "kb", round(len(sealed) / 1024, 1)


def _median(values: list[float]) -> float:
    # The first round fills caches on both sides.
    return round(statistics.median(values[1:]), 1)
