"""Signed, decided, chained, fsynced transfers per second against raw signature checking."""

import gc
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select

from bench.trading import Market
from ledger.database.tables import log_entry, view_movement
from ledger.intake.envelope import SignedOrder, read_envelope
from ledger.log.entry import signed_bytes
from ledger.registry import TOGETHER_MAX

NAME = "submit-sqlite"
ORDERS = 8 * TOGETHER_MAX
"""So many that the last batches, beside which nothing is checked, weigh little."""

KNOWN = 4 * TOGETHER_MAX
"""No more than the checker remembers."""

ROUNDS = 5
SMALL = 64


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds that one order took, all stages or some of them, and one raw verification."""

    submit_s: float
    unsigned_s: float
    reading_s: float
    raw_s: float
    movements: float


def run() -> dict[str, object]:
    """Measure submit on SQLite; each round also times raw verification on one core."""
    with tempfile.TemporaryDirectory() as folder:
        market = Market(Path(folder), seed=1)
        plain = rounds_of(market, ROUNDS)
        small_s = [_submit_s(market, _read(market, 16 * SMALL), SMALL) for _ in range(ROUNDS)]
        broken = rounds_of(market, 2, fragmenting=True)
        market.registry.close()
    figures = figures_of(plain)
    raw_s = _median(plain, lambda one: one.raw_s)
    return {
        "name": NAME,
        "ratio": figures.pop("ratio"),
        "against": "raw single-core Ed25519 verifications per second of cryptography, same run",
        "figures": {
            **figures,
            f"ratio_in_batches_of_{SMALL}": raw_s / statistics.median(small_s),
            "fragmented_ratio": _median(broken, lambda one: one.raw_s / one.submit_s),
            "fragmented_movements_per_order": _median(broken, lambda one: one.movements),
            "fragmented_movements_per_s": round(
                1 / _median(broken, lambda one: one.submit_s / one.movements)
            ),
        },
    }


def rounds_of(market: Market, count: int, *, fragmenting: bool = False) -> list[Round]:
    """Measure so many rounds."""
    return [_round(market, fragmenting=fragmenting) for _ in range(count)]


def figures_of(plain: Sequence[Round]) -> dict[str, object]:
    """Return what every database's measurement says, as medians."""
    return {
        "ratio": _median(plain, lambda one: one.raw_s / one.submit_s),
        "orders": ORDERS * len(plain),
        "in_one_transaction": TOGETHER_MAX,
        "transfers_per_s": round(1 / _median(plain, lambda one: one.submit_s)),
        "raw_verifications_per_s": round(1 / _median(plain, lambda one: one.raw_s)),
        "ratio_without_signature_check": _median(plain, lambda one: one.raw_s / one.unsigned_s),
        "ratio_with_envelope_reading": _median(
            plain, lambda one: one.raw_s / (one.submit_s + one.reading_s)
        ),
        "load_average": round(os.getloadavg()[0], 2),
        "cores": len(os.sched_getaffinity(0)),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _median(rounds: Sequence[Round], figure: Callable[[Round], float]) -> float:
    return statistics.median(figure(one) for one in rounds)


def _round(market: Market, *, fragmenting: bool = False) -> Round:
    envelopes = list(market.orders(ORDERS + KNOWN, fragmenting=fragmenting))
    began = time.perf_counter()
    read = [read_envelope(envelope) for envelope in envelopes]
    reading_s = (time.perf_counter() - began) / len(read)
    signed, known = read[:ORDERS], read[ORDERS:]
    before = market.registry.size()
    submit_s = _submit_s(market, signed, ORDERS)
    # What was checked a moment ago is not checked again: all that is left out is the signature.
    market.registry.checker.check(known)
    unsigned_s = _submit_s(market, known, KNOWN)
    recorded = market.registry.size() - before
    if recorded != len(read):
        raise RuntimeError(f"only {recorded} of {len(read)} transfers were recorded")
    return Round(submit_s, unsigned_s, reading_s, 1 / raw_rate(read), _movements(market, before))


def _submit_s(market: Market, read: list[SignedOrder], together: int) -> float:
    """Return the seconds that an order takes when so many are handed in together."""
    # What a server keeps for long it keeps frozen; here that is what the measuring itself made.
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    for start in range(0, len(read), together):
        market.submit(read[start : start + together])
    return (time.perf_counter() - began) / len(read)


def _read(market: Market, count: int) -> list[SignedOrder]:
    return [read_envelope(envelope) for envelope in market.orders(count)]


def _movements(market: Market, since: int) -> float:
    """Return how many movements an entry has on average, from this one on."""
    entries = select(func.count()).select_from(log_entry).where(log_entry.c.seq >= since)
    moved = select(func.count()).select_from(view_movement).where(view_movement.c.seq >= since)
    with market.registry.reader.connect() as connection:
        return float(connection.scalar(moved) or 0) / float(connection.scalar(entries) or 1)


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
