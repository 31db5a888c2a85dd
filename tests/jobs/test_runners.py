"""Both runners do the same with a job: once made, done; failed, tried again; given up, kept."""

import time
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from ledger.jobs import nightly
from ledger.jobs.job import JobUnknownError, State
from ledger.jobs.queues import work
from ledger.jobs.task import Retries, Task, Work
from tests.support.job_runners import (
    JobPlace,
    Steps,
    come_true,
    crew_of,
    marks,
    refusing,
    steps_task,
    working,
)

SECRET = "postgresql://user:hunter2@db/ledger"


def run_all(place: JobPlace, *tasks: Task[Any], queue: str = "jobs") -> None:
    """Work until nothing is due."""
    registry, own = place.opened()
    work(own, crew_of(registry, *tasks, until_empty=True, queue=queue), Event())
    registry.close()


def test_a_job_is_done_and_shown(place: JobPlace) -> None:
    task = steps_task(place.folder)
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one"))
        waiting = queue.job(number)
        assert (waiting.state, waiting.tries, waiting.arguments) == (
            State.WAITING,
            0,
            '{"key":"","name":"one","pause_ms":0,"steps":3}',
        )
        assert waiting.next_try_at_us is not None
    run_all(place, task)
    assert marks(place.folder) == ["mark-one-0", "mark-one-1", "mark-one-2"]
    with place.queue() as queue:
        job = queue.job(number)
        assert (job.state, job.done, job.total, job.tries, job.failures) == (State.DONE, 3, 3, 1, 0)
        assert job.next_try_at_us is None
        assert [one.id for one in queue.jobs()] == [number]
        assert queue.jobs(state=State.DEAD) == []


def test_who_asks_again_while_it_waits_is_given_the_same_job(place: JobPlace) -> None:
    task = steps_task(place.folder)
    with place.queue() as queue:
        first = queue.add(task, Steps(name="one", key="k"))
        assert queue.add(task, Steps(name="two", key="k")) == first
        assert queue.add(task, Steps(name="two", key="other")) != first


def test_a_job_made_in_a_transaction_that_fails_was_never_made(place: JobPlace) -> None:
    task = steps_task(place.folder)
    with place.queue() as queue:

        def fail() -> None:
            with queue.writer.begin() as connection:
                queue.defer(connection, task, Steps(name="one"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert queue.jobs() == []


def test_a_job_that_fails_is_tried_again_and_becomes_a_dead_letter(place: JobPlace) -> None:
    retries = Retries(failures_max=3, first_s=0.0)
    task = steps_task(place.folder, retries=retries, function=refusing("the disk is full"))
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one"))
    with working(place, task), place.queue() as queue:
        assert come_true(lambda: queue.job(number).state is State.DEAD)
        dead = queue.job(number)
        assert (dead.tries, dead.failures, dead.text) == (3, 3, "the disk is full")
        assert [one.id for one in queue.alive("steps/one")] == [number]
    good = steps_task(place.folder)
    with place.queue() as queue:
        queue.retry(number)
    run_all(place, good)
    with place.queue() as queue:
        assert (queue.job(number).state, queue.job(number).failures) == (State.DONE, 0)
        with pytest.raises(JobUnknownError):
            queue.retry(number)


def test_a_dead_letter_can_be_dropped_and_a_lasting_fault_is_one_at_once(place: JobPlace) -> None:
    task = steps_task(place.folder, function=refusing("no such file", lasting=True))
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one"))
    run_all(place, task)
    with place.queue() as queue:
        assert (queue.job(number).state, queue.job(number).tries) == (State.DEAD, 1)
        queue.drop(number)
        with pytest.raises(JobUnknownError):
            queue.job(number)
        with pytest.raises(JobUnknownError):
            queue.drop(number)


def test_the_next_try_waits_longer_and_can_be_had_at_once(place: JobPlace) -> None:
    task = steps_task(place.folder, function=refusing("busy"), retries=Retries(first_s=100.0))
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one"))
    run_all(place, task)
    with place.queue() as queue:
        job = queue.job(number)
        assert job.state is State.WAITING
        assert 45 <= (job.next_try_at_us or 0) / 1e6 - time.time() <= 151
        queue.retry(number)
    run_all(place, steps_task(place.folder))
    with place.queue() as queue:
        assert queue.job(number).state is State.DONE


def test_what_an_unexpected_error_says_is_not_kept(place: JobPlace) -> None:
    def fail(job: Work, arguments: Steps) -> str:
        raise OSError(SECRET)

    task = steps_task(place.folder, function=fail, retries=Retries(failures_max=1))
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one"))
    run_all(place, task)
    with place.queue() as queue:
        text = queue.job(number).text
    assert text.startswith("OSError at test_runners.py:")
    assert "hunter2" not in text


def test_arguments_of_another_form_are_a_dead_letter(place: JobPlace) -> None:
    class Other(Steps):
        more: int = 1

    with place.queue() as queue:
        other = replace(steps_task(place.folder), arguments=Other)
        number = queue.add(other, Other(name="one"))
    run_all(place, steps_task(place.folder))
    with place.queue() as queue:
        assert queue.job(number).text == "its arguments are not of its form: more"


def test_a_job_that_takes_too_long_is_told_so(place: JobPlace) -> None:
    def slow(job: Work, arguments: Steps) -> str:
        for step in range(100):
            time.sleep(0.05)
            job.tell(step, 100)
        return ""

    task = steps_task(place.folder, function=slow, limit_s=0.2, retries=Retries(failures_max=1))
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one"))
    run_all(place, task)
    with place.queue() as queue:
        assert "took longer than" in queue.job(number).text


def test_a_worker_that_is_asked_to_end_hands_its_job_back(place: JobPlace) -> None:
    task = steps_task(place.folder)
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one", steps=500, pause_ms=20))
    with working(place, task) as stop, place.queue() as queue:
        assert come_true(lambda: queue.job(number).done > 2)
        stop.set()
    with place.queue() as queue:
        job = queue.job(number)
        assert (job.state, job.failures) == (State.WAITING, 0)
        assert 2 < job.done < 500


def test_no_more_jobs_run_at_once_than_there_are_slots(place: JobPlace) -> None:
    task = steps_task(place.folder)
    with place.queue() as queue:
        for number in range(3):
            queue.add(task, Steps(name=f"{number}", key="slot" if number else "", steps=1))
    run_all(place, task)
    assert marks(place.folder) == ["mark-0-0", "mark-1-0"]


def test_a_process_does_a_job_of_its_own_before_those_that_wait(place: JobPlace) -> None:
    task = steps_task(place.folder)
    with place.queue() as queue:
        common = queue.add(task, Steps(name="common", key="k"))
        own = queue.add(task, Steps(name="own", key="k"), queue="here")
        assert own != common
    run_all(place, task, queue="here")
    with place.queue() as queue:
        assert (queue.job(own).state, queue.job(common).state) == (State.DONE, State.WAITING)


def test_a_night_is_worked_once(place: JobPlace) -> None:
    task = steps_task(place.folder, arguments=Nothing, key=lambda _: "", nightly=True)
    with place.queue() as queue:
        assert nightly.add(queue, task, 20_000) is None
        assert nightly.add(queue, task, 20_000) is None
        number = nightly.add(queue, task, 20_001)
        assert number is not None
        assert nightly.add(queue, task, 20_001) is None


class Nothing(Steps):
    name: str = ""


def test_done_jobs_are_forgotten_after_a_while(place: JobPlace) -> None:
    task = steps_task(place.folder)
    with place.queue() as queue:
        number = queue.add(task, Steps(name="one"))
    run_all(place, task)
    with place.queue() as queue:
        assert queue.forget_done(0) == 0
        assert queue.forget_done(time.time_ns() // 1_000 + 1_000_000) == 1
        with pytest.raises(JobUnknownError):
            queue.job(number)
