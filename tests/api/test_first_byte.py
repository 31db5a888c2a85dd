"""The service is killed at the first byte of its answer: what it said it had recorded is there."""

from pathlib import Path

import pytest

from tests.support.first_byte import answered_before_the_commit, opened

KILLS = 3


def kill(folder: Path, times: int) -> None:
    service = opened(folder)
    for _ in range(times):
        service.kill_at_the_first_byte()
    print(f"{service.kills} kills at the first byte, {service.lost} lost; below {3 / times:.1e}")
    assert service.lost == 0


def test_a_2xx_whose_first_byte_was_seen_is_in_the_log(tmp_path: Path) -> None:
    kill(tmp_path, KILLS)


def test_the_same_kill_sees_a_service_that_answers_before_it_commits(tmp_path: Path) -> None:
    service = opened(tmp_path, answered_before_the_commit)
    service.kill_at_the_first_byte()
    assert service.lost == 1


@pytest.mark.faults
def test_twenty_answers_whose_first_byte_was_seen_are_in_the_log(tmp_path: Path) -> None:
    kill(tmp_path, 20)


@pytest.mark.soak
def test_over_a_thousand_answers_whose_first_byte_was_seen_are_in_the_log(tmp_path: Path) -> None:
    kill(tmp_path, 1_250)
