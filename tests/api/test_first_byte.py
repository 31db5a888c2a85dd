"""T03 at the last boundary: whoever saw the first byte of a success finds his order in the log."""

from pathlib import Path

import pytest

from tests.support.first_byte import Told, closed, die_on_first_bytes, told_early
from tests.support.ledger import open_scene

FEW = 40
MANY = 1_250


def die(folder: Path, least: int) -> Told:
    scene, told = open_scene(folder), Told()
    closed(scene)
    die_on_first_bytes(scene, told, least=least, sabotage=None)
    return told


def test_a_server_killed_on_the_first_byte_of_an_answer_has_recorded_what_it_said(
    tmp_path: Path,
) -> None:
    told = die(tmp_path, FEW)
    assert told.kills >= 2
    assert told.lost == []


@pytest.mark.faults
def test_a_server_killed_on_1250_first_bytes_has_recorded_what_it_said(tmp_path: Path) -> None:
    told = die(tmp_path, MANY)
    assert told.kills >= 50
    assert told.answers >= MANY
    assert told.lost == []


def test_the_same_deaths_see_a_server_that_answers_before_the_commit(tmp_path: Path) -> None:
    scene, told = open_scene(tmp_path), Told()
    closed(scene)
    die_on_first_bytes(scene, told, least=FEW, sabotage=told_early)
    assert told.lost
