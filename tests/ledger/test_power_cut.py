"""The power is cut at every step of a day's work: what was acknowledged is there, and no half."""

from pathlib import Path

import pytest

from tests.support.power_cut.cuts import Cutter, Tally
from tests.support.power_cut.engines import SAFE
from tests.support.power_cut.model import Mode
from tests.support.power_cut.recording import Desk, record, record_founding

SEED = 2
STEPS_MIN = {"TRUNCATE": 350, "WAL": 120}
"""A day's work has at least so many steps, and each is cut in every mode."""


def work(desk: Desk) -> None:
    """A day: plain orders, such with private records, a publication, and a last order after it."""
    desk.pay(2)
    desk.open_account("new")
    desk.register_parcel()
    desk.publish()
    desk.pay(1)


@pytest.mark.parametrize("journal", SAFE)
def test_a_power_cut_at_any_step_loses_nothing_that_was_acknowledged(
    tmp_path: Path, journal: str
) -> None:
    tally = Cutter(record(tmp_path, journal, work)).cut_everywhere(Mode, 1, SEED)
    print(tally)
    assert tally.told == []
    assert tally.cuts > STEPS_MIN[journal] * len(Mode)


def test_a_power_cut_while_a_registry_is_founded_leaves_it_or_nothing(tmp_path: Path) -> None:
    tally = Cutter(record_founding(tmp_path, "TRUNCATE")).cut_everywhere([Mode.LOST], 1, SEED)
    print(tally)
    assert tally.told == []


def careless(folder: Path, journal: str, *pragmas: str) -> Tally:
    cutter = Cutter(record(folder, journal, work, *pragmas), patience=1)
    return cutter.cut_everywhere(Mode, 5, SEED)


@pytest.mark.parametrize(
    ("journal", "pragma"),
    [
        pytest.param("TRUNCATE", "synchronous = OFF", id="nothing-is-synced"),
        pytest.param("WAL", "synchronous = NORMAL", id="the-wal-is-not-synced"),
        pytest.param("MEMORY", "synchronous = FULL", id="the-journal-is-in-memory"),
    ],
)
def test_the_same_cuts_see_a_database_that_is_careless(
    tmp_path: Path, journal: str, pragma: str
) -> None:
    tally = careless(tmp_path, journal, pragma)
    assert tally.lost + tally.damaged > 0
