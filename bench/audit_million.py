"""The full audit of a long ledger: how long a million entries take, every signature included."""

import resource
import tempfile
import time
from pathlib import Path

from bench.long_log import grow
from ledger.audit.audit import audit

NAME = "audit-million"
ENTRIES = 50_000
LIMIT_S = 60 * 60
"""For a million entries; the named limit of the ratio: a night has time for ten million."""


def run() -> dict[str, object]:
    """Audit a ledger of 50,000 entries; the ratio is a million at that rate against an hour."""
    with tempfile.TemporaryDirectory() as folder:
        market = grow(Path(folder), ENTRIES)
        began = time.perf_counter()
        report = audit(market.registry.settings)
        spent_s = time.perf_counter() - began
    if not report.ok:
        raise RuntimeError(f"the audit found: {report.findings[:3]}")
    million_s = spent_s / report.entries * 1_000_000
    return {
        "name": NAME,
        "ratio": round(million_s / LIMIT_S, 3),
        "against": f"{LIMIT_S // 60} minutes for a million entries, at the rate measured",
        "figures": {
            "entries": report.entries,
            "seconds": round(spent_s, 1),
            "seconds_per_million": round(million_s),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        },
    }
