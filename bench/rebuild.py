"""A registry rebuilt from static files alone: entries a second and memory, every check made."""

import resource
import tempfile
import time
from pathlib import Path

from bench.long_log import grow
from bench.submit_sqlite import raw_rate
from ledger.fetching import static_log
from ledger.intake.envelope import read_envelope
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.key import Skey
from ledger.log.policy import Policy
from ledger.registry import Registry, open_registry
from ledger.replay.recovery import recover, write_tiles
from ledger.settings import Settings

NAME = "rebuild"
ENTRIES = 50_000
LIMIT_S = 30 * 60
"""For a million entries; the named limit of the ratio."""


def run() -> dict[str, object]:
    """Rebuild a log of 50,000 entries; the ratio is a million at that rate against 30 minutes."""
    with tempfile.TemporaryDirectory() as folder:
        market = grow(Path(folder) / "old", ENTRIES)
        policy = _publish(market.registry)
        raw = raw_rate([read_envelope(envelope) for envelope in market.orders(2_000)])
        new = Path(folder) / "new"
        registry = open_registry(Settings(data=new, keys=new / "keys"))
        before_mb = _peak_mb(resource.RUSAGE_SELF)
        began = time.perf_counter()
        with static_log(str(market.registry.settings.log)) as fetch:
            recover(registry, fetch, policy)
        spent_s = time.perf_counter() - began
        entries = registry.size()
        if registry.root() != market.registry.root():
            raise RuntimeError("another root came back")
    return {
        "name": NAME,
        "ratio": round(spent_s / entries * 1_000_000 / LIMIT_S, 3),
        "against": f"{LIMIT_S // 60} minutes for a million entries, at the rate measured",
        "figures": {
            "entries": entries,
            "entries_per_s": round(entries / spent_s),
            "of_raw_verification": round(entries / spent_s / raw, 3),
            "seconds": round(spent_s, 1),
            "peak_rss_mb": round(_peak_mb(resource.RUSAGE_SELF)),
            "peak_rss_mb_before": round(before_mb),
            "peak_rss_mb_of_the_checking_child": round(_peak_mb(resource.RUSAGE_CHILDREN)),
        },
    }


def _publish(registry: Registry) -> Policy:
    """Write the static log with one signature, and return the policy that trusts it."""
    size = registry.size()
    write_tiles(registry, size)
    key = Skey(registry.origin(), bytes(32))
    checkpoint = Checkpoint(origin=key.name, size=size, root=registry.root())
    (registry.settings.log / "checkpoint").write_bytes(sign_checkpoint(checkpoint, [key]))
    return Policy.of_keys([key.vkey])


def _peak_mb(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024
