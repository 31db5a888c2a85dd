"""Every step on the disk fails, or finds it full: callers are told, nothing is lost or doubled."""

from errno import EIO, ENOSPC
from pathlib import Path

import pytest

from tests.support.power_cut.io_faults import (
    NEEDS_SPACE,
    Fault,
    a_fresh_one,
    opened,
    strike_at_every_step,
)
from tests.support.small_disk import NoDiskError, fill_often

FILLS, SEED = 20, 7
STEPS_MIN = 60
"""Recording one order has at least so many steps that change a file."""


@pytest.mark.parametrize("lasting", [pytest.param(False, id="once"), pytest.param(True, id="on")])
def test_an_error_at_any_step_loses_and_doubles_nothing(tmp_path: Path, lasting: bool) -> None:
    with opened(tmp_path, "TRUNCATE") as trial:
        strike_at_every_step(trial, Fault(at=1, error=EIO, lasting=lasting))
    print(trial)
    assert trial.faults > STEPS_MIN
    assert trial.yet_recorded > 0


def test_a_full_disk_loses_nothing_and_work_goes_on_once_there_is_room(tmp_path: Path) -> None:
    with opened(tmp_path, "TRUNCATE") as trial:
        strike_at_every_step(trial, Fault(at=1, error=ENOSPC, kinds=NEEDS_SPACE, lasting=True))
    print(trial)
    assert trial.faults > STEPS_MIN - 20


def test_the_same_errors_see_callers_who_ask_anew_instead_of_again(tmp_path: Path) -> None:
    with (
        opened(tmp_path, "TRUNCATE", again=a_fresh_one) as trial,
        pytest.raises(AssertionError, match="twice"),
    ):
        strike_at_every_step(trial, Fault(at=1, error=EIO, done=True))


def test_a_disk_that_is_really_full_twenty_times_needs_no_restart(tmp_path: Path) -> None:
    try:
        *told, audited = fill_often(tmp_path, FILLS, SEED)
    except NoDiskError as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")
    print(sorted(set(told)))
    assert len(told) == FILLS
    assert [one for one in told if not str(one).startswith("full: ")] == []
    assert audited is True
