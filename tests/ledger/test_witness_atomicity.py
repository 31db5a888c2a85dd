"""A witness never cosigns two trees that contradict each other, whoever asks at once or dies."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from random import Random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.witness import store as witness_store
from ledger.witness.folder import WitnessFolder
from ledger.witness.store import Cosigned, WitnessStoreError
from tests.support import witness_races as races
from tests.support.children import Report
from tests.support.witnesses import NOW_S, ORIGIN, SmallLog, cosigner, make_witness

LOG = SmallLog.of(30)
FORK = LOG.fork(11)
SLOW_WRITE_S = 0.002
"""On a disk in memory a write is over before anybody can be killed in it."""


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    return make_witness(tmp_path / "w", LOG)


def test_racing_branches_never_win_twice(folder: WitnessFolder) -> None:
    logs = races.branches(races.ROUNDS * races.STEP)

    cosigned = races.race(folder, logs)

    assert len(cosigned) >= races.ROUNDS - 1
    assert races.conflicts(logs, cosigned) == 0


def test_the_same_race_is_lost_without_the_lock(folder: WitnessFolder) -> None:
    races.drop_triggers(folder)
    logs = races.branches(races.ROUNDS * races.STEP)

    with races.no_lock():
        cosigned = races.race(folder, logs)

    assert races.conflicts(logs, cosigned) > 0


def test_the_trigger_alone_stops_a_witness_that_goes_back(folder: WitnessFolder) -> None:
    cosigner(folder).add_checkpoint(LOG.request(0, 20))

    def forge(log: SmallLog, size: int) -> Cosigned:
        return Cosigned(checkpoint=log.checkpoint(size), at_s=NOW_S, note=log.note(size))

    for bad in (forge(LOG, 19), forge(FORK, 20)):
        with pytest.raises(WitnessStoreError, match="never goes back"):
            folder.store.replace(ORIGIN, lambda _old, bad=bad: bad)


def test_the_file_refuses_to_forget(folder: WitnessFolder) -> None:
    cosigner(folder).add_checkpoint(LOG.request(0, 20))
    with (
        closing(sqlite3.connect(folder.store.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never forgets"),
    ):
        connection.execute("DELETE FROM latest")


@settings(max_examples=25, deadline=None)
@given(
    asked=st.lists(
        st.tuples(st.booleans(), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12
    )
)
def test_whatever_is_asked_the_cosigned_trees_continue_each_other(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[bool, int, int]]
) -> None:
    folder = make_witness(tmp_path_factory.mktemp("w"), LOG)
    logs, cosigned = [LOG, FORK], []
    for is_fork, one, other in asked:
        old, new = sorted((one, other))
        if cosigner(folder).add_checkpoint(logs[is_fork].request(old, new)).status == 200:
            cosigned.append((int(is_fork), new))

    assert races.conflicts(logs, cosigned) == 0
    assert [size for _, size in cosigned] == sorted(size for _, size in cosigned)


def test_no_answered_checkpoint_is_lost_by_a_kill(folder: WitnessFolder) -> None:
    random, log, answered = Random(20261122), SmallLog.of(4_000), 0
    for _ in range(25):
        sizes = races.kill_one(lambda report: push(folder, log, report), random)
        kept = races.held(folder)
        assert kept is not None
        assert kept == log.checkpoint(kept.size)
        assert kept.size >= max(sizes, default=0)
        answered += len(sizes)

    assert answered > 25


def test_the_same_test_sees_a_witness_that_answers_too_early(folder: WitnessFolder) -> None:
    random, log, lost = Random(20261122), SmallLog.of(4_000), 0

    def careless(report: Report) -> None:
        def write(connection: sqlite3.Connection, new: Cosigned) -> None:
            report(new.checkpoint.size)
            time.sleep(SLOW_WRITE_S)
            real(connection, new)

        real = witness_store._write_latest
        with mock.patch.object(witness_store, "_write_latest", write):
            push(folder, log, lambda _size: None)

    for _ in range(40):
        sizes = races.kill_one(careless, random)
        kept = races.held(folder)
        lost += max(sizes, default=0) > (0 if kept is None else kept.size)

    assert lost > 0


def push(folder: WitnessFolder, log: SmallLog, report: Report) -> None:
    races.submit_steadily(folder.path, log, report)


def test_only_the_last_notes_are_kept(folder: WitnessFolder) -> None:
    log, own = SmallLog.of(80), cosigner(folder)
    for size in range(80):
        own.add_checkpoint(log.request(size, size + 1))
    kept = [size for size in range(81) if folder.store.past_note(ORIGIN, size)]
    assert kept == list(range(81 - witness_store.PAST_KEPT, 81))
