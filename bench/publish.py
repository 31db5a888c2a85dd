"""Entries recorded and published, with tiles and fsync, against the same without publishing."""

import tempfile
import time
from pathlib import Path

from bench.trading import Market
from ledger.intake.envelope import read_envelope
from ledger.publish.publisher import Publisher, publisher_of

NAME = "publish"
BATCH = 256
BATCHES = 24
EVERY = 4
"""Batches between two checkpoints: about one a second."""


def run() -> dict[str, object]:
    """Record the same orders with and without publishing; then publish all of them at once."""
    with tempfile.TemporaryDirectory() as folder:
        alone = Market(Path(folder) / "alone", seed=5)
        published = Market(Path(folder) / "published", seed=5)
        with publisher_of(published.registry) as publisher, publisher_of(alone.registry) as late:
            publisher.publish()
            late.publish()
            alone_s = _record(alone, None)
            published_s = _record(published, publisher)
            began = time.perf_counter()
            late.publish()
            at_once_s = time.perf_counter() - began
            idle_s = _idle(late)
    entries = BATCH * BATCHES
    return {
        "name": NAME,
        "ratio": round(alone_s / published_s, 3),
        "against": "recording the same orders without publishing, same run",
        "figures": {
            "entries": entries,
            "entries_per_checkpoint": BATCH * EVERY,
            "recorded_and_published_per_s": round(entries / published_s),
            "recorded_per_s": round(entries / alone_s),
            "published_at_once_per_s": round(entries / at_once_s),
            "publication_without_news_ms": round(1000 * idle_s, 1),
            "ms_per_checkpoint": round(1000 * (published_s - alone_s) / (BATCHES / EVERY), 1),
        },
    }


def _record(market: Market, publisher: Publisher | None) -> float:
    orders = [read_envelope(envelope) for envelope in market.orders(BATCH * BATCHES)]
    began = time.perf_counter()
    for number in range(BATCHES):
        done, _ = market.submit(orders[number * BATCH : (number + 1) * BATCH])
        if done != BATCH:
            raise RuntimeError(f"only {done} of {BATCH} transfers were recorded")
        if publisher is not None and number % EVERY == EVERY - 1:
            publisher.publish()
    return time.perf_counter() - began


def _idle(publisher: Publisher) -> float:
    began = time.perf_counter()
    for _ in range(10):
        publisher.publish()
    return (time.perf_counter() - began) / 10
