"""Render, seal and verify one certificate: first and warm, against a limit of one second."""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from api.demo.play import perform
from api.stating import statement_of
from certificates.number import certificate_number
from certificates.render import Renderer
from certificates.seal import Sealer
from certificates.statement import Statement
from certificates.trust import Trust
from certificates.verify import verify_pdf
from contracts.lookup import integer_of
from ledger.registry import Registry

NAME = "certificate"
WARM = 15
LIMIT_MS = 1_000
"""What a person at a counter waits for without noticing; the named limit of the ratio."""


def run() -> dict[str, object]:
    """Issue the demo's first retirement certificate again and again."""
    with tempfile.TemporaryDirectory() as folder:
        registry = perform(Path(folder), lambda _: None).registry
        statement = _statement(registry)
        sealer = Sealer(registry.settings.keys)
        trust = Trust.load(registry.settings.trust)
        began = time.perf_counter()
        renderer = Renderer()
        start_ms = _since(began)
        times = [_once(statement, renderer, sealer, trust) for _ in range(WARM + 1)]
        size = len(sealer.seal(renderer.render(statement), when=datetime.now(UTC)))
    warm = [statistics.median(column) for column in zip(*times[1:], strict=True)]
    return {
        "name": NAME,
        "ratio": round((warm[0] + warm[1]) / LIMIT_MS, 3),
        "against": f"{LIMIT_MS} ms for rendering and sealing one certificate, warm",
        "figures": {
            "renderer_start_ms": start_ms,
            "render_first_ms": round(times[0][0], 1),
            "render_warm_ms": round(warm[0], 1),
            "seal_warm_ms": round(warm[1], 1),
            "verify_first_ms": round(times[0][2], 1),
            "verify_warm_ms": round(warm[2], 1),
            "file_kb": round(size / 1024, 1),
        },
    }


def _statement(registry: Registry) -> Statement:
    row = registry.books().rows_under("retire/", limit=1)[0][1]
    seq, at_us = integer_of(row, "retired_seq"), integer_of(row, "retired_at_us")
    return statement_of(registry, "RT", seq, certificate_number("RT", seq, at_us))


def _once(
    statement: Statement, renderer: Renderer, sealer: Sealer, trust: Trust
) -> tuple[float, float, float]:
    began = time.perf_counter()
    page = renderer.render(statement)
    rendered_ms = _since(began)
    began = time.perf_counter()
    sealed = sealer.seal(page, when=datetime.now(UTC))
    sealed_ms = _since(began)
    began = time.perf_counter()
    verdict = verify_pdf(sealed, trust)
    if not verdict.ok:
        raise RuntimeError("the certificate does not verify")
    return rendered_ms, sealed_ms, _since(began)


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1_000, 1)
