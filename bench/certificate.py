"""Certificates: each kind against plain WeasyPrint, papers a second, first paper, verification."""

import pickle
import resource
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
from bench.certificate_kinds import kinds
from bench.certificate_rate import Desk, first_seconds, rates
from bench.stamping import stamping
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
from tests.support.specimens import LOOKS
from tests.support.time_authority import Authority as LocalAuthority
from tests.support.time_authority import found_authority

NAME = "certificate"
WARM = 15


def run() -> dict[str, object]:
    """Measure every kind, then issue and verify the demo's first retirement again and again.

    The authority is `bench.stamping`, in its own process behind HTTP on this machine.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        registry = perform(folder / "demo", lambda _: None).registry
        sizes = [path.stat().st_size for path in registry.settings.certificates.glob("*.pdf")]
        local = found_authority(folder / "authority")
        with stamping(local.folder) as address:
            desk = Desk(keys=registry.settings.keys, roots=local.roots, address=address)
            figures = _figures(registry, local, desk, folder)
        registry.close()
    slowest = min(figures[f"{look}_times_faster"] for look in LOOKS)
    return {
        "name": NAME,
        "ratio": slowest,
        "against": "plain WeasyPrint with SVG art, warm: times faster, of the slowest kind",
        "figures": {
            **figures,
            "demo_largest_kb": round(max(sizes) / 1024, 1),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        },
    }


def _figures(
    registry: Registry, local: LocalAuthority, desk: Desk, folder: Path
) -> dict[str, float]:
    renderer, sealer = Renderer(), desk.sealer()
    figures = kinds(renderer, sealer)
    figures |= rates(desk)
    statement = _statement(registry)
    (folder / "statement").write_bytes(pickle.dumps(statement))
    figures["first_paper_of_a_process_s"] = first_seconds(desk, folder / "statement")
    roots = read_roots(local.roots)
    trust = replace(Trust.load(registry.settings.trust), time_roots=roots)
    plain = Sealer(desk.keys)
    times = [_once(statement, renderer, sealer, trust) for _ in range(WARM + 1)]
    undated = [_once(statement, renderer, plain, trust) for _ in range(WARM + 1)]
    sealed = sealer.seal(renderer.render(statement), when=datetime.now(UTC))
    authority = Authority(desk.address, roots)
    archived = [_archive(sealed, local, authority, trust) for _ in range(WARM + 1)]
    warm, bare, later = (_medians(columns[1:]) for columns in (times, undated, archived))
    return {
        **figures,
        "seal_undated_ms": round(bare[1], 1),
        "extend_ms": round(later[0], 1),
        "verify_first_ms": round(times[0][2], 1),
        "verify_ms": round(warm[2], 1),
        "verify_undated_ms": round(bare[2], 1),
        "verify_extended_ms": round(later[1], 1),
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
