"""A database that fails for a moment: what is in hand goes on, and nothing is begun twice."""

from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy.exc import OperationalError

from ledger.jobs import queues
from ledger.jobs.embedded import EmbeddedQueue
from ledger.jobs.job import Job, State
from ledger.jobs.queues import work_on
from tests.support.job_runners import Steps, come_true, crew_of, embedded_place, steps_task


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "PAUSE_S", 0.05)


def fails_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the next statement of a kind meet a database that is busy for too long."""
    faults, real = [OperationalError("", {}, Exception())], getattr(EmbeddedQueue, name)

    def done(self: EmbeddedQueue, *arguments: object) -> object:
        if faults:
            raise faults.pop()
        return real(self, *arguments)

    monkeypatch.setattr(EmbeddedQueue, name, done)


def worked(folder: Path, **steps: int) -> tuple[Job, list[str]]:
    """Do a job under a short lease; return it, and what was said."""
    registry, queue = embedded_place(folder).opened()
    task, stop, said = steps_task(folder), Event(), list[str]()
    number = queue.add(task, Steps(name="one", **steps))
    crew = crew_of(registry, task, say=lambda _, text: said.append(text))
    thread = Thread(target=work_on, args=(replace(queue, lease_s=0.3), crew, stop))
    thread.start()
    assert come_true(lambda: queue.job(number).state is State.DONE)
    stop.set()
    thread.join()
    registry.close()
    return queue.job(number), said


def test_a_job_in_hand_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_once(monkeypatch, "renew")
    job, said = worked(tmp_path, steps=12, pause_ms=50)
    assert job.tries == 1
    assert [one.partition(":")[0] for one in said] == ["work is interrupted"]


def test_an_end_that_was_not_written_down_is_said_and_the_job_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_once(monkeypatch, "end")
    job, said = worked(tmp_path)
    assert job.tries == 2
    assert [one.partition(":")[0] for one in said] == ["how job 1 ended is not written down"]
