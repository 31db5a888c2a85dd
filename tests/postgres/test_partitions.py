"""The line between a node and PostgreSQL fails: callers are told in time, and it heals."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from socket import create_server
from threading import Timer
from time import monotonic

import pytest
from sqlalchemy.exc import OperationalError

from ledger.database.postgres import create_write_engine
from ledger.sequencing import sequencer
from tests.support.ledger import open_scene
from tests.support.partition_proxy import FAULTS
from tests.support.partitions import (
    ANSWER_S_MAX,
    HEAL_S_MAX,
    Figures,
    Subject,
    behind_a_line,
    judge,
    longest_wait,
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


def nodes(
    stack: ExitStack, cluster: Cluster, folder: Path, modes: Iterable[str]
) -> dict[str, Subject]:
    """Open a node for each fault, on a database of its own; Alembic opens one at a time."""
    return {
        mode: stack.enter_context(
            behind_a_line(open_scene(folder / mode / "world"), cluster, folder / mode / "node")
        )
        for mode in modes
    }


def suffer_all(cluster: Cluster, folder: Path, times: dict[str, int]) -> dict[str, Figures]:
    """Let nodes meet all faults at once, each on a database of its own."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(times)))
        subjects = nodes(stack, cluster, folder, times)
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


def waits_in_crowds(cluster: Cluster, folder: Path, modes: Sequence[str]) -> dict[str, float]:
    """Let crowds meet faults for twice as long as a batch may take; return the longest waits."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(modes)))
        subjects = nodes(stack, cluster, folder, modes)
        running = {
            mode: pool.submit(longest_wait, subjects[mode], mode, 2 * ANSWER_S_MAX)
            for mode in modes
        }
        waits = {mode: future.result() for mode, future in running.items()}
        assert all(subjects[mode].proxy.struck[mode] for mode in modes)
    return waits


@pytest.mark.faults
def test_in_a_crowd_too_nobody_waits_ten_seconds(on_postgres: Cluster, tmp_path: Path) -> None:
    waits = waits_in_crowds(on_postgres, tmp_path, FAULTS)
    assert max(waits.values()) <= ANSWER_S_MAX, waits


@pytest.mark.faults
def test_who_stands_behind_a_batch_in_vain_would_wait_twice(
    on_postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencer, "STALLED_S", 10 * ANSWER_S_MAX)
    waits = waits_in_crowds(on_postgres, tmp_path, ["silent"])
    assert waits["silent"] > ANSWER_S_MAX


@pytest.mark.faults
def test_several_silent_hosts_together_take_no_longer_than_a_caller_waits() -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(create_server(("127.0.0.1", 0))) for _ in range(3)]
        hosts = ",".join(f"127.0.0.1:{one.getsockname()[1]}" for one in silent)
        began = monotonic()
        with pytest.raises(OperationalError):
            create_write_engine(f"postgresql://postgres@{hosts}/postgres").connect()
        assert monotonic() - began < 7


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
