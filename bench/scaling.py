"""What an order costs in a small and in a large ledger, and memory while many orders are taken in.

    python -m bench.scaling [SIZE …]

SIZE entries with as many live blocks and more; 10,000,000 takes about half an hour. Each size is
measured in a process of its own, so that its memory is that of one server.
"""

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.loaded_ledger import LoadedLedger, load

NAME: Final = "scaling"
SIZES: Final = (10_000, 100_000, 1_000_000)
ROUNDS: Final = 5
ORDERS: Final = 1_024
STEADY_ORDERS: Final = 20_480
MODULE: Final = "bench.scaling"
ONE: Final = "--one"


def run(sizes: tuple[int, ...] = SIZES) -> dict[str, object]:
    """Measure each size; the ratio is the dearest order against the cheapest, in CPU time."""
    found = [_in_a_child(size) for size in sizes]
    cpu_us = [one["cpu_us"] for one in found]
    return {
        "name": NAME,
        "ratio": round(max(cpu_us) / min(cpu_us), 3),
        "against": "1.25: CPU time of an order in the dearest size over that in the cheapest",
        "figures": {
            "sizes": {f"{size:,}": one for size, one in zip(sizes, found, strict=True)},
            "wall_ratio": round(
                max(one["wall_us"] for one in found) / min(one["wall_us"] for one in found), 3
            ),
            "load_average": round(os.getloadavg()[0], 2),
        },
    }


def _in_a_child(size: int) -> dict[str, float]:
    command = [sys.executable, "-m", MODULE, ONE, str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(size: int) -> dict[str, float]:
    """Load a ledger and take orders in; half of them name units anywhere in it."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = load(Path(folder), size)
        # What loading left behind is no part of a server.
        gc.collect()
        gc.freeze()
        rounds = [_round(ledger) for _ in range(ROUNDS)]
        before_mb = _rss_mb()
        for _ in range(STEADY_ORDERS // ORDERS):
            _round(ledger, naming=False)
        registry = ledger.scene.world.registry
        database_mb = registry.settings.database.stat().st_size / 2**20
        found = {
            "wall_us": round(statistics.median(wall for wall, _ in rounds) * 1e6, 1),
            "cpu_us": round(statistics.median(cpu for _, cpu in rounds) * 1e6, 1),
            "rss_mb": round(_rss_mb(), 1),
            f"rss_mb_more_after_{STEADY_ORDERS}_orders": round(_rss_mb() - before_mb, 1),
            "peak_rss_mb_with_loading": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "database_mb": round(database_mb),
        }
        registry.close()
    return found


def _round(ledger: LoadedLedger, *, naming: bool = True) -> tuple[float, float]:
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
    """Measure one size in this process, or the sizes that are named."""
    if sys.argv[1:2] == [ONE]:
        sys.stdout.write(json.dumps(measure(int(sys.argv[2]))))
        return
    sizes = tuple(int(size) for size in sys.argv[1:]) or SIZES
    sys.stdout.write(json.dumps(run(sizes)) + "\n")


if __name__ == "__main__":
    main()
