"""Thousands of power cuts, errors on every step of the disk, and deaths at every boundary.

The same proofs as `tests/ledger/test_power_cut.py`, `test_disk_errors.py` and `test_boundaries.py`,
with more seeds, more journal modes and more kinds of faults. `-s` prints the figures.
"""

from dataclasses import replace
from errno import EIO, ENOSPC
from pathlib import Path

import pytest

from tests.ledger.test_power_cut import careless, work
from tests.support import boundaries
from tests.support.exhaustion import LIMITS, exhaust_often
from tests.support.power_cut import io_faults
from tests.support.power_cut.cuts import Cutter
from tests.support.power_cut.dropped_syncs import record_dropped
from tests.support.power_cut.engines import SAFE
from tests.support.power_cut.io_faults import CHANGES, NEEDS_SPACE, Fault
from tests.support.power_cut.model import Mode
from tests.support.power_cut.recording import record, record_founding

CUTS = 3_000
TORN_STRIDE = 64
DEATHS = 5
SOAK_SEEDS, SOAK_CUTS = range(100, 120), 12_500

VARIANTS = [
    pytest.param("TRUNCATE", (), id="truncate"),
    pytest.param("TRUNCATE", ("cache_size = 5",), id="truncate-with-spills"),
    pytest.param("WAL", (), id="wal"),
    pytest.param("WAL", ("wal_autocheckpoint = 20",), id="wal-with-checkpoints"),
]


def cut_at_random(folder: Path, variant: tuple[str, tuple[str, ...]], cuts: int, seed: int) -> None:
    journal, pragmas = variant
    recording = record(folder, journal, work, *pragmas)
    times = -(-cuts // (2 * len(recording.steps)))
    tally = Cutter(recording).cut_everywhere([Mode.PART, Mode.TORN], times, seed)
    print(f"{journal} {pragmas}, seed {seed}: {tally}")
    assert tally.told == []
    assert tally.cuts >= cuts


@pytest.mark.faults
@pytest.mark.parametrize(("journal", "pragmas"), VARIANTS)
def test_power_cuts_at_random_lose_nothing(
    tmp_path: Path, journal: str, pragmas: tuple[str, ...]
) -> None:
    cut_at_random(tmp_path, (journal, pragmas), CUTS, 20261123)


@pytest.mark.faults
def test_the_same_cuts_see_a_journal_that_is_synced_too_rarely(tmp_path: Path) -> None:
    tally = careless(tmp_path, "DELETE", "synchronous = NORMAL")
    assert tally.lost + tally.damaged > 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK_SEEDS)
@pytest.mark.parametrize(("journal", "pragmas"), VARIANTS)
def test_a_million_power_cuts_lose_nothing(
    tmp_path: Path, journal: str, pragmas: tuple[str, ...], seed: int
) -> None:
    cut_at_random(tmp_path, (journal, pragmas), SOAK_CUTS, seed)


@pytest.mark.faults
@pytest.mark.parametrize("journal", SAFE)
def test_a_founding_that_is_cut_short_leaves_a_registry_or_none(
    tmp_path: Path, journal: str
) -> None:
    tally = Cutter(record_founding(tmp_path, journal)).cut_everywhere(Mode, 1, 1)
    print(f"founding, {journal}: {tally}")
    assert tally.told == []


@pytest.mark.faults
@pytest.mark.parametrize("journal", SAFE)
def test_writes_that_are_torn_at_any_byte_lose_nothing(tmp_path: Path, journal: str) -> None:
    tally = Cutter(record(tmp_path, journal, work)).tear_last_batch(TORN_STRIDE)
    print(f"torn, {journal}: {tally}")
    assert tally.told == []
    assert tally.cuts > 4_095


@pytest.mark.faults
@pytest.mark.parametrize(
    ("journal", "at"), [*(("TRUNCATE", at) for at in range(1, 6)), ("WAL", 1), ("WAL", 2)]
)
def test_a_sync_that_fails_and_drops_its_data_loses_nothing_later(
    tmp_path: Path, journal: str, at: int
) -> None:
    recording = record_dropped(tmp_path, journal, at)
    assert recording is not None, "no sync failed"
    tally = Cutter(recording).cut_everywhere([Mode.LOST, Mode.PART], 1, 3)
    print(f"sync {at} failed, {journal}: {tally}")
    assert tally.told == []


KINDS = {
    "errors": Fault(at=1, error=EIO, kinds=CHANGES),
    "errors of reading": Fault(at=1, error=EIO, kinds=("read", "open")),
    "no space": Fault(at=1, error=ENOSPC, kinds=NEEDS_SPACE),
}


@pytest.mark.faults
@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("journal", SAFE)
@pytest.mark.parametrize("kind", KINDS)
def test_an_error_at_any_step_loses_and_doubles_nothing(
    tmp_path: Path, kind: str, journal: str, restart: bool
) -> None:
    with io_faults.opened(tmp_path, journal, restart=restart) as trial:
        for lasting, done in ((False, False), (False, True), (True, False), (True, True)):
            io_faults.strike_at_every_step(trial, replace(KINDS[kind], lasting=lasting, done=done))
    print(f"{kind}, {journal}, restart {restart}: {trial}")
    assert trial.faults > 0


@pytest.mark.faults
def test_dying_at_any_boundary_leaves_nothing_signed_or_told_that_is_not_there(
    tmp_path: Path,
) -> None:
    trial = boundaries.opened(tmp_path)
    boundaries.die_everywhere(trial, DEATHS)
    print(f"{trial.kills} deaths, 0 lost, 0 forks; below {3 / trial.kills:.1e} a death")


@pytest.mark.soak
@pytest.mark.parametrize("number", range(20))
def test_ten_thousand_deaths_leave_nothing_signed_or_told_that_is_not_there(
    tmp_path: Path, number: int
) -> None:
    """No seed: where exactly the others stand is for the machine to say, anew in each round."""
    boundaries.die_everywhere(boundaries.opened(tmp_path), -(-500 // len(boundaries.PLACES)))


@pytest.mark.faults
@pytest.mark.parametrize("limit", LIMITS)
def test_running_out_of_files_or_memory_loses_nothing(tmp_path: Path, limit: str) -> None:
    recorded, ran_out = exhaust_often(tmp_path, limit, 5, 19)
    print(f"{limit}: ran out {ran_out} times of 5, {recorded} recorded")
    assert ran_out > 0


@pytest.mark.soak
@pytest.mark.parametrize("limit", LIMITS)
def test_running_out_fifty_times_loses_nothing(tmp_path: Path, limit: str) -> None:
    recorded, ran_out = exhaust_often(tmp_path, limit, 50, 1_900)
    print(f"{limit}: ran out {ran_out} times of 50, {recorded} recorded")
    assert ran_out > 25
