"""Entries audited per second, with and without signatures, against raw signature checking."""

import tempfile
import time
from pathlib import Path

from bench.submit_sqlite import raw_rate
from bench.trading import Market
from ledger.audit.audit import audit
from ledger.intake.envelope import read_envelope

NAME = "audit"
ORDERS = 20_000
BATCH = 256


def run() -> dict[str, object]:
    """Audit a ledger of 20,000 transfers twice; the ratio is with signatures."""
    with tempfile.TemporaryDirectory() as folder:
        market = Market(Path(folder), seed=3)
        for _ in range(ORDERS // BATCH):
            market.submit([read_envelope(envelope) for envelope in market.orders(BATCH)])
        raw = raw_rate([read_envelope(envelope) for envelope in market.orders(2_000)])
        began = time.perf_counter()
        signed = audit(market.registry.settings, signatures=True)
        signed_s = time.perf_counter() - began
        began = time.perf_counter()
        unsigned = audit(market.registry.settings, signatures=False)
        unsigned_s = time.perf_counter() - began
    if not signed.ok or unsigned.findings:
        raise RuntimeError(f"the audit found: {signed.findings[:3]}")
    return {
        "name": NAME,
        "ratio": round(signed.entries / signed_s / raw, 3),
        "against": "raw single-core Ed25519 verifications per second of cryptography, same run",
        "figures": {
            "entries": signed.entries,
            "with_signatures_per_s": round(signed.entries / signed_s),
            "without_signatures_per_s": round(unsigned.entries / unsigned_s),
            "raw_verifications_per_s": round(raw),
        },
    }
