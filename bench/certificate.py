"""Render, seal, date, extend and verify one certificate: first and warm, against one second."""

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from api.demo.play import perform
from api.stating import statement_of
from certificates.extend import Evidence, extend
from certificates.number import certificate_number
from certificates.render import Renderer
from certificates.seal import Sealer
from certificates.statement import Statement
from certificates.time_stamper import Authority
from certificates.trust import Trust
from certificates.verify import verify_pdf
from contracts.lookup import integer_of
from ledger.anchors.time_stamps import read_roots
from ledger.registry import Registry
from tests.support.time_authority import Authority as LocalAuthority
from tests.support.time_authority import found_authority, serving

NAME = "certificate"
WARM = 15
LIMIT_MS = 1_000
"""What a person at a counter waits for without noticing; the named limit of the ratio."""


def run() -> dict[str, object]:
    """Issue the demo's first retirement certificate again and again.

    Papers are dated (PAdES B-T) by `openssl ts` behind HTTP on this machine, which starts a process
    for every stamp: some ten milliseconds that a real authority spends on the network instead.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        registry = perform(folder / "demo", lambda _: None).registry
        statement, keys = _statement(registry), registry.settings.keys
        local = found_authority(folder / "authority")
        roots = read_roots(local.roots)
        trust = replace(Trust.load(registry.settings.trust), time_roots=roots)
        began = time.perf_counter()
        renderer = Renderer()
        start_ms = _since(began)
        with serving(local) as address:
            authority = Authority(address, roots)
            dating, plain = Sealer(keys, authority), Sealer(keys)
            times = [_once(statement, renderer, dating, trust) for _ in range(WARM + 1)]
            undated = [_once(statement, renderer, plain, trust) for _ in range(WARM + 1)]
            sealed = dating.seal(renderer.render(statement), when=datetime.now(UTC))
            archived = [_archive(sealed, local, authority, trust) for _ in range(WARM + 1)]
    return _result(start_ms, times, undated, archived, len(sealed))


def _result(
    start_ms: float,
    times: Sequence[tuple[float, ...]],
    undated: Sequence[tuple[float, ...]],
    archived: Sequence[tuple[float, ...]],
    size: int,
) -> dict[str, object]:
    warm, plain, later = (_medians(columns[1:]) for columns in (times, undated, archived))
    return {
        "name": NAME,
        "ratio": round((warm[0] + warm[1]) / LIMIT_MS, 3),
        "against": f"{LIMIT_MS} ms for rendering, sealing and dating one certificate, warm",
        "figures": {
            "renderer_start_ms": start_ms,
            "render_first_ms": round(times[0][0], 1),
            "render_warm_ms": round(warm[0], 1),
            "seal_plain_warm_ms": round(plain[1], 1),
            "seal_dated_first_ms": round(times[0][1], 1),
            "seal_dated_warm_ms": round(warm[1], 1),
            "extend_warm_ms": round(later[0], 1),
            "verify_first_ms": round(times[0][2], 1),
            "verify_warm_ms": round(warm[2], 1),
            "verify_plain_warm_ms": round(plain[2], 1),
            "verify_extended_warm_ms": round(later[1], 1),
            "file_kb": round(size / 1024, 1),
        },
    }


def _medians(rows: Sequence[tuple[float, ...]]) -> list[float]:
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def _archive(
    sealed: bytes, local: LocalAuthority, authority: Authority, trust: Trust
) -> tuple[float, ...]:
    """Extend a paper and verify the result; in milliseconds."""
    if trust.seal_root is None or trust.revoked is None:
        raise RuntimeError("the demonstration left no root or list")
    evidence = Evidence(
        roots=(x509.load_der_x509_certificate(trust.seal_root), *trust.time_roots),
        lists=(trust.revoked, x509.load_der_x509_crl((local.roots / "root.crl").read_bytes())),
    )
    began = time.perf_counter()
    extended = extend(sealed, evidence, authority)
    extended_ms = _since(began)
    began = time.perf_counter()
    if verify_pdf(extended, trust).facts.level != "B-LTA":
        raise RuntimeError("the extended certificate does not verify")
    return extended_ms, _since(began)


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
