"""Killing workers at random instants until every job is done, once each in its effect."""

import time
from random import Random

from ledger.jobs.job import State
from ledger.jobs.task import Retries
from tests.support.children import Child
from tests.support.job_runners import JobPlace, Steps, come_true, marks, steps_task, worker

STEPS = 4
WORKERS = 2


def survive(place: JobPlace, *, jobs: int, kills: int, seed: int, patience_s: float) -> int:
    """Kill so many workers while there are jobs; return how many were at work when they died.

    Raises:
        AssertionError: a job is not done in the end, or two of one key ran at once.
    """
    random = Random(seed)
    # Here the killing is from outside; elsewhere a job that kills its workers is given up.
    task = steps_task(place.folder, retries=Retries(failures_max=10 * kills + 1, first_s=0.0))
    with place.queue() as queue:
        numbers = [
            queue.add(task, Steps(name=f"{one}", key=f"{one % 3}-{one}", steps=STEPS, pause_ms=60))
            for one in range(jobs)
        ]
    hit = 0
    crew = [worker(place, task) for _ in range(WORKERS)]
    for _ in range(kills):
        wait_for_a_step(place)
        time.sleep(random.uniform(0, 0.1))
        victim = busiest(place, crew)
        crew.remove(victim)
        victim.kill()
        victim.reports()
        with place.queue() as queue:
            hit += any(one.state is State.RUNNING for one in queue.jobs(limit=500))
        crew.append(worker(place, task))
    try:
        with place.queue() as queue:
            done = come_true(
                lambda: all(queue.job(one).state is State.DONE for one in numbers), patience_s
            )
            assert done, [queue.job(one) for one in numbers if queue.job(one).state != "done"]
    finally:
        end(crew)
    assert len(marks(place.folder)) == jobs * STEPS
    assert marks(place.folder, "two-at-once") == []
    return hit


def wait_for_a_step(place: JobPlace) -> None:
    """Wait until somebody does something."""
    before = len(marks(place.folder, "try"))
    come_true(lambda: len(marks(place.folder, "try")) > before, 8.0)


def busiest(place: JobPlace, crew: list[Child]) -> Child:
    """Return the worker that did the newest step."""
    tries = sorted(
        (one.split("-")[-1], int(one.split("-")[-2])) for one in marks(place.folder, "try")
    )
    newest = [process for _, process in tries][::-1]
    known = {one.pid: one for one in crew}
    return next((known[process] for process in newest if process in known), crew[0])


def end(crew: list[Child]) -> None:
    """End workers."""
    for one in crew:
        one.kill()
        one.reports()
