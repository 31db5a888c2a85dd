"""Workers that are killed: every job's effect is there once, and no two of one key ran at once."""

import os
import signal
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from ledger.jobs.embedded import EmbeddedQueue
from ledger.jobs.job import State
from ledger.jobs.shared import SharedQueue
from ledger.jobs.task import Retries, Work
from tests.support.job_kills import survive
from tests.support.job_runners import (
    JobPlace,
    Steps,
    come_true,
    marks,
    steps_task,
    worker,
    working,
)

PATIENCE_S = 60.0


def test_each_job_is_done_once_whenever_its_worker_is_killed(place: JobPlace) -> None:
    assert survive(place, jobs=6, kills=2, seed=38, patience_s=PATIENCE_S) > 0


def test_without_taking_over_the_jobs_of_dead_workers_the_same_test_fails(
    place: JobPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmbeddedQueue, "_free_left_behind", lambda *_: None)
    monkeypatch.setattr(SharedQueue, "free_left_behind", lambda *_: 0)
    with pytest.raises(AssertionError, match="Job"):
        survive(place, jobs=6, kills=2, seed=38, patience_s=5.0)


def test_a_job_at_which_every_worker_dies_is_given_up(place: JobPlace) -> None:
    def die(job: Work, arguments: Steps) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""

    task = steps_task(place.folder, function=die, retries=Retries(failures_max=2, first_s=0.0))
    with place.queue() as queue:
        number = queue.add(task, Steps(name="poison"))
    for _ in range(2):
        worker(place, task).reports()
    with working(place, steps_task(place.folder, retries=task.retries)), place.queue() as queue:
        assert come_true(lambda: queue.job(number).state is State.DEAD)
        assert queue.job(number).text == "the process that did it ended without a word"


def test_a_frozen_worker_that_wakes_up_cannot_end_the_try_of_its_successor(
    place: JobPlace,
) -> None:
    def freeze(job: Work, arguments: Steps) -> str:
        job.note(1, 2)
        while not (place.folder / "go-on").exists():
            os.kill(os.getpid(), signal.SIGSTOP)
        if not job.note(2, 2):
            (place.folder / "noticed").touch()
        return ""

    with place.queue() as queue:
        number = queue.add(steps_task(place.folder), Steps(name="one", steps=20, pause_ms=100))
    frozen = worker(place, steps_task(place.folder, function=freeze), slots=1)
    try:
        _wait_until_frozen_without_a_lock(place, frozen.pid)
        with working(place, steps_task(place.folder)), place.queue() as queue:
            assert come_true(lambda: len(marks(place.folder)) >= 2)
            (place.folder / "go-on").touch()
            assert come_true(lambda: _woken(frozen.pid) and (place.folder / "noticed").exists())
            assert come_true(lambda: queue.job(number).state is State.DONE)
            job = queue.job(number)
        assert (job.tries, job.failures, job.done) == (2, 0, 20)
    finally:
        frozen.kill()
        frozen.reports()


def _woken(pid: int) -> bool:
    """Wake the process, again if it had decided on one more stop before it was stopped."""
    os.kill(pid, signal.SIGCONT)
    return True


def _wait_until_frozen_without_a_lock(place: JobPlace, pid: int) -> None:
    """Let the process freeze again while another of its threads was stopped in a commit."""
    while True:
        os.waitpid(pid, os.WUNTRACED)
        with suppress(OperationalError), place.queue():
            return
        os.kill(pid, signal.SIGCONT)


@pytest.mark.faults
def test_each_job_is_done_once_over_many_kills(place: JobPlace) -> None:
    assert survive(place, jobs=60, kills=30, seed=380, patience_s=120.0) >= 20
