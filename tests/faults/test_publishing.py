"""The long proofs of publishing: faults at every step, flipped bits, a hundred old backups."""

import shutil
from pathlib import Path
from random import Random

import pytest

from tests.support import backups, publish_faults, publish_flips

FLIPS, FLIPS_PARTS = 10_000, 4
BACKUPS = 100
NEWS = (1, 41, 243)
"""Entries of a publication: few, some, and enough to leave no bundle as it was."""


@pytest.mark.faults
@pytest.mark.parametrize("times", NEWS)
@pytest.mark.parametrize("fault", ["kill", "EIO", "ENOSPC"])
def test_every_step_that_fails_or_kills_leaves_one_durable_log(
    tmp_path: Path, fault: str, times: int
) -> None:
    trial = publish_faults.opened(tmp_path)
    assert publish_faults.fail_at_every_step(trial, (fault,), times) > 2 * 18


@pytest.mark.faults
@pytest.mark.parametrize("times", NEWS)
def test_power_cut_after_any_step_leaves_one_durable_log(tmp_path: Path, times: int) -> None:
    assert publish_faults.cut_at_every_step(publish_faults.opened(tmp_path), times) > 3 * 18


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(60, 60 + FLIPS_PARTS))
def test_no_flipped_bit_is_signed(tmp_path: Path, seed: int) -> None:
    fired = publish_flips.flip_often(publish_flips.opened(tmp_path), FLIPS // FLIPS_PARTS, seed)
    assert sum(fired.values()) >= FLIPS // FLIPS_PARTS
    assert min(fired.values()) > 0


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> backups.History:
    folder = tmp_path_factory.mktemp("backups")
    history, random = backups.opened(folder), Random(310)
    for _ in range(BACKUPS):
        history.grow(random)
    return history


@pytest.mark.faults
@pytest.mark.parametrize(
    "way", [pytest.param(way, id=way) for way in backups.WAYS if way not in backups.HARMLESS]
)
def test_a_hundred_restored_backups_sign_nothing(history: backups.History, way: str) -> None:
    folder = history.folder / "again"
    for copy in history.copies:
        settings = backups.restore(history, copy, way, folder)
        assert backups.signs_nothing(history, settings, record=True)
        shutil.rmtree(folder)
