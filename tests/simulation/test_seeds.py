"""Seeds of clients, nodes, network, clocks, crashes: no promise of the ledger breaks."""

import os
import subprocess
import sys
import time
from itertools import count, takewhile

import pytest

from tests.simulation.seeds import FOUND, plain, play_all, quiet

SOAK_S = float(os.environ.get("SINKLEDGER_SIMULATION_SECONDS", "1800"))


def test_no_promise_breaks_in_the_first_seeds() -> None:
    entries, faults = play_all(range(75))
    assert entries > 3_000
    assert faults > 500


def test_the_same_seed_is_the_same_story_in_another_process_too() -> None:
    code = "from tests.simulation.seeds import plain; print(plain(7))"
    traces = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout.strip()
        for salt in ("1", "2")
    ]
    assert [plain(7), plain(7)] == traces


@pytest.mark.parametrize("seed", sorted(FOUND))
def test_what_was_found_once_stays_mended(seed: int) -> None:
    plain(seed)


@pytest.mark.faults
def test_no_promise_breaks_in_two_hundred_more_seeds() -> None:
    play_all(range(200, 400))


@pytest.mark.soak
@pytest.mark.parametrize("part", range(2))
def test_no_promise_breaks_in_hours_of_seeds(part: int) -> None:
    end, played = time.monotonic() + SOAK_S, 0
    with quiet():
        for seed in takewhile(lambda _: time.monotonic() < end, count(1_000_000 + part, 2)):
            plain(seed)
            played += 1
    sys.stderr.write(f"{played} seeds from {1_000_000 + part} on, every second one\n")
    assert played
