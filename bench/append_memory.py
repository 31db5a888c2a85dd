"""Memory and rate while 200,000 orders are appended in batches of 256."""

import resource
import tempfile
import time
from pathlib import Path

from bench.trading import Market
from ledger.intake.envelope import read_envelope

NAME = "append-memory"
ORDERS = 200_000
BATCH = 256
LIMIT_MB = 300
"""What a server may take, as a later aim; here it is the named limit of the ratio."""


def run() -> dict[str, object]:
    """Append 200,000 transfers; the ratio is peak memory against 300 MB."""
    samples: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        market = Market(Path(folder), seed=2)
        done, spent_s = 0, 0.0
        while done < ORDERS:
            # Making and signing orders is not measured, only taking them in.
            batch = list(market.orders(BATCH))
            began = time.perf_counter()
            recorded, _ = market.submit([read_envelope(envelope) for envelope in batch])
            spent_s += time.perf_counter() - began
            if not recorded:
                raise RuntimeError(f"no order of a batch was recorded after {done} orders")
            before, done = done, done + recorded
            if before // 50_000 != done // 50_000:
                samples.append(
                    {"orders": done, "rss_mb": _rss_mb(), "per_s": round(done / spent_s)}
                )
        size_mb = (Path(folder) / "ledger.db").stat().st_size / 2**20
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "name": NAME,
        "ratio": round(peak_mb / LIMIT_MB, 3),
        "against": f"{LIMIT_MB} MB of memory, peak of the whole process",
        "figures": {
            "orders": done,
            "peak_rss_mb": round(peak_mb),
            "samples": samples,
            "orders_per_s": round(done / spent_s),
            "database_mb": round(size_mb),
        },
    }


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * resource.getpagesize() / 2**20, 1)
