"""What an order costs in a small and in a large ledger, and memory while many orders are taken in.

    python -m bench.scaling [--steady ORDERS] [SIZE …]

SIZE entries with as many live blocks and more; 10,000,000 takes about half an hour. All ledgers are
open at once and take orders in turns, so that whatever else the machine does meets them alike.
"""

import argparse
import gc
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.loaded_ledger import LoadedLedger, load

NAME: Final = "scaling"
SIZES: Final = (10_000, 100_000, 1_000_000)
ROUNDS: Final = 9
ORDERS: Final = 512
STEADY_ORDERS: Final = 20_480
LIMIT_MB: Final = 300


def run(sizes: tuple[int, ...] = SIZES, steady_orders: int = STEADY_ORDERS) -> dict[str, object]:
    """Let ledgers of these sizes take orders; the ratio is the largest against the smallest."""
    with tempfile.TemporaryDirectory() as folder:
        ledgers = [load(Path(folder) / str(size), size) for size in sizes]
        # What loading left behind is no part of a server.
        gc.collect()
        gc.freeze()
        by_amount = _in_turns(ledgers, naming=False)
        anywhere = _in_turns(ledgers, naming=True)
        memory = _steady(ledgers[-1], steady_orders)
        for ledger in ledgers:
            ledger.scene.world.registry.close()
    return {
        "name": NAME,
        "ratio": max(*by_amount["cpu_against_smallest"], *anywhere["cpu_against_smallest"]),
        "against": "the CPU time of an order in the smallest ledger; at most 1.25 is asked for",
        "figures": {
            "entries": list(sizes),
            "by_amount": by_amount,
            "half_naming_units_anywhere": anywhere,
            **memory,
            "memory_limit_mb": LIMIT_MB,
            "load_average": round(os.getloadavg()[0], 2),
        },
    }


def _in_turns(ledgers: list[LoadedLedger], *, naming: bool) -> dict[str, list[float]]:
    """Return the median cost of an order in each ledger, and that of its ratio within a round."""
    rounds = [[_round(ledger, naming=naming) for ledger in ledgers] for _ in range(1 + ROUNDS)]
    found: dict[str, list[float]] = {}
    for part, name in enumerate(("wall", "cpu")):
        # The first round reads what no cache holds yet.
        turns = [[one[part] for one in turn] for turn in rounds[1:]]
        by_size = list(zip(*turns, strict=True))
        ratios = list(zip(*([one / turn[0] for one in turn] for turn in turns), strict=True))
        found[f"{name}_us"] = [round(statistics.median(of) * 1e6, 1) for of in by_size]
        found[f"{name}_against_smallest"] = [round(statistics.median(of), 3) for of in ratios]
    return found


def _steady(ledger: LoadedLedger, count: int) -> dict[str, object]:
    """Return the memory of this process before and after many more orders."""
    before_mb = _rss_mb()
    for _ in range(0, count, ORDERS):
        _round(ledger, naming=False)
    return {
        "rss_mb": round(before_mb, 1),
        "rss_mb_after_more_orders": round(_rss_mb(), 1),
        "more_orders": count,
        "peak_rss_mb_with_loading": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _round(ledger: LoadedLedger, *, naming: bool) -> tuple[float, float]:
    """Return the seconds and this process's CPU seconds of an order; children check signatures."""
    orders = list(ledger.orders(ORDERS, naming=naming))
    world = ledger.scene.world
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    answers = world.submit(*orders)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    refused = next((answer for answer in answers if isinstance(answer, Exception)), None)
    if refused is not None:
        raise refused
    return wall_s / ORDERS, cpu_s / ORDERS


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Measure the sizes that are named."""
    parser = argparse.ArgumentParser(prog="bench.scaling", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--steady", type=int, default=STEADY_ORDERS)
    asked = parser.parse_args()
    sys.stdout.write(json.dumps(run(tuple(asked.sizes), asked.steady)) + "\n")


if __name__ == "__main__":
    main()
