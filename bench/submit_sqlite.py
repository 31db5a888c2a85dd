"""Signed, decided, chained, fsynced transfers per second against raw signature checking."""

import gc
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench.trading import Market
from ledger.intake import SignedOrder, read_envelope
from ledger.log.entry import signed_bytes

NAME = "submit-sqlite"
BATCH = 256
BATCHES = 12
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class _Round:
    submit_per_s: float
    with_reading_per_s: float
    raw_per_s: float
    movements_per_order: float


def run() -> dict[str, object]:
    """Measure submit in batches of 256 on SQLite; each round also times raw verification."""
    with tempfile.TemporaryDirectory() as folder:
        market = Market(Path(folder), seed=1)
        market.submit([read_envelope(envelope) for envelope in market.orders(BATCH)])
        plain = [_round(market, fragmenting=False) for _ in range(ROUNDS)]
        market.submit([read_envelope(e) for e in market.orders(BATCH, fragmenting=True)])
        broken = _round(market, fragmenting=True)
    return {
        "name": NAME,
        "ratio": round(statistics.median(one.submit_per_s / one.raw_per_s for one in plain), 3),
        "against": "raw single-core Ed25519 verifications per second of cryptography, same run",
        "figures": {
            "batch": BATCH,
            "orders": BATCH * BATCHES * ROUNDS,
            "transfers_per_s": round(statistics.median(one.submit_per_s for one in plain)),
            "transfers_with_envelope_reading_per_s": round(
                statistics.median(one.with_reading_per_s for one in plain)
            ),
            "raw_verifications_per_s": round(statistics.median(one.raw_per_s for one in plain)),
            "fragmented_ratio": round(broken.submit_per_s / broken.raw_per_s, 3),
            "fragmented_movements_per_order": round(broken.movements_per_order, 2),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        },
    }


def _round(market: Market, *, fragmenting: bool) -> _Round:
    envelopes = list(market.orders(BATCH * BATCHES, fragmenting=fragmenting))
    gc.collect()
    began = time.perf_counter()
    read = [read_envelope(envelope) for envelope in envelopes]
    read_s = time.perf_counter() - began
    recorded, movements = 0, 0
    began = time.perf_counter()
    for start in range(0, len(read), BATCH):
        done, moved = market.submit(read[start : start + BATCH])
        recorded, movements = recorded + done, movements + moved
    submit_s = time.perf_counter() - began
    if recorded != len(read):
        raise RuntimeError(f"only {recorded} of {len(read)} transfers were recorded")
    return _Round(
        len(read) / submit_s,
        len(read) / (submit_s + read_s),
        raw_rate(read),
        movements / len(read),
    )


def raw_rate(orders: list[SignedOrder]) -> float:
    """Return how many of these signatures one core verifies per second, and nothing else."""
    items = [
        (
            Ed25519PublicKey.from_public_bytes(order.sigs[0].key),
            order.sigs[0].sig,
            signed_bytes(order.order.log, order.order_bytes),
        )
        for order in orders
    ]
    began = time.perf_counter()
    for key, signature, message in items:
        key.verify(signature, message)
    return len(items) / (time.perf_counter() - began)
