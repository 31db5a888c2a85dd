"""A long ledger for measuring: transfers to and fro, of which any number can be made.

    python -m bench.long_log FOLDER ENTRIES

Sellers sell to buyers 1 kg at a time, and once their stakes are nearly gone the buyers sell back,
so no holding runs dry or falls into pieces.
"""

import sys
import time
from pathlib import Path
from typing import Final

from bench.trading import STAKE_KG, Market
from ledger.intake.envelope import read_envelope

BATCH: Final = 1_024
SEED: Final = 20


def grow(folder: Path, entries: int) -> Market:
    """Make a registry of at least this many entries in an empty folder."""
    market = Market(folder, SEED)
    turn = len(market.accounts) // 2 * (STAKE_KG - 500)
    made, began = 0, time.monotonic()
    size = market.registry.size()
    while size < entries:
        if made // turn != (made + BATCH) // turn:
            half = len(market.accounts) // 2
            market.accounts = market.accounts[half:] + market.accounts[:half]
        recorded, _ = market.submit([read_envelope(one) for one in market.orders(BATCH)])
        if recorded != BATCH:
            raise RuntimeError(f"only {recorded} of a batch were recorded at {size}")
        made, size = made + BATCH, size + BATCH
        if made % (BATCH * 20) == 0:
            rate = made / (time.monotonic() - began)
            sys.stderr.write(f"\r{size:,} entries, {rate:,.0f} a second ")
    return market


if __name__ == "__main__":
    grow(Path(sys.argv[1]), int(sys.argv[2])).registry.close()
