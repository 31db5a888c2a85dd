"""The line between a node and PostgreSQL fails: callers are told in time, and it heals."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from tests.support.ledger import open_scene
from tests.support.partition_proxy import FAULTS
from tests.support.partitions import (
    ANSWER_S_MAX,
    HEAL_S_MAX,
    Figures,
    Subject,
    behind_a_line,
    judge,
    no_limits,
    partition,
    tenfold_speed,
)
from tests.support.postgres import Cluster

TIMES = {"silent": 50, "deaf": 50, "slow": 50, "reset": 200, "refuse": 150}


def suffer(subject: Subject, mode: str, times: int, seed: int) -> Figures:
    """Let one node meet a fault so many times."""
    figures, random = Figures(), Random(seed)
    told = [entry for _ in range(times) for entry in partition(subject, random, mode, figures)]
    assert subject.proxy.struck[mode] >= times
    assert len(told) == 3 * times
    judge(subject, told)
    return figures


def suffer_all(cluster: Cluster, folder: Path, times: dict[str, int]) -> dict[str, Figures]:
    """Let nodes meet all faults at once, each on a database of its own."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(times)))
        # Alembic opens one database at a time.
        subjects = {
            mode: stack.enter_context(
                behind_a_line(open_scene(folder / mode / "world"), cluster, folder / mode / "node")
            )
            for mode in times
        }
        running = {
            mode: pool.submit(suffer, subjects[mode], mode, times[mode], seed)
            for seed, mode in enumerate(times)
        }
        return {mode: future.result() for mode, future in running.items()}


def test_lines_that_fail_harm_nothing_and_heal(on_postgres: Cluster, tmp_path: Path) -> None:
    with tenfold_speed():
        found = suffer_all(on_postgres, tmp_path, dict.fromkeys(FAULTS, 1))
    assert sum(figures.failed for figures in found.values()) >= 3


@pytest.mark.faults
def test_no_caller_waits_ten_seconds_and_five_after_healing_all_is_well(
    on_postgres: Cluster, tmp_path: Path
) -> None:
    found = suffer_all(on_postgres, tmp_path, dict.fromkeys(FAULTS, 3))
    for mode, figures in found.items():
        assert figures.answered_s <= ANSWER_S_MAX, (mode, figures)
        assert figures.healed_s <= HEAL_S_MAX, (mode, figures)


@pytest.mark.faults
def test_hundreds_of_failing_lines_harm_nothing(on_postgres: Cluster, tmp_path: Path) -> None:
    with tenfold_speed():
        suffer_all(on_postgres, tmp_path, TIMES)


@pytest.mark.faults
def test_without_limits_a_caller_hangs(on_postgres: Cluster, tmp_path: Path) -> None:
    with no_limits():
        scene = open_scene(tmp_path / "world")
        with behind_a_line(scene, on_postgres, tmp_path / "node") as subject:
            rescue = Timer(1.5 * ANSWER_S_MAX, subject.proxy.heal)
            rescue.start()
            figures = Figures()
            partition(subject, Random(1), "silent", figures)
    assert figures.answered_s > ANSWER_S_MAX
