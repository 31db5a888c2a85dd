"""A job that this process does itself, now: seen by all, and alone under its key like any other."""

import secrets
from dataclasses import replace
from threading import Event
from typing import Final

from ledger.jobs.job import Job, State
from ledger.jobs.queue import Crew, Say
from ledger.jobs.queues import queue_of, work
from ledger.jobs.task import Given, Task
from ledger.registry import Registry

PREFIX: Final = "here/"
GRACE_S: Final = 600.0
"""A person who ends a job of his own waits for what is in hand."""


class BusyError(Exception):
    """Another process does a job of this key at the moment; the text says how far it is."""


def do_here(registry: Registry, task: Task[Given], arguments: Given, stop: Event, say: Say) -> Job:
    """Make a job and do it in this process.

    If we crash here, the job is one like any other: whoever works at jobs takes it over.

    Returns:
        The job as it stands after one try.

    Raises:
        BusyError: another process does a job of this key.
    """
    queue = queue_of(registry)
    place = f"{PREFIX}{secrets.token_hex(8)}"
    number = queue.add(task, arguments, queue=place)
    crew = Crew(
        registry=registry,
        tasks={task.name: replace(task, is_kept=True)},
        say=say,
        queue=place,
        until_empty=True,
        grace_s=GRACE_S,
    )
    work(queue, crew, stop)
    job = queue.job(number)
    if job.state is not State.WAITING or job.tries > 0:
        if job.state is State.DONE and not task.is_kept:
            queue.drop(number)
        return job
    queue.drop(number)
    if not stop.is_set():
        others = queue.alive(task.key_of(arguments))
        far = [one for one in others if one.state is State.RUNNING]
        told = f" ({far[0].done} of {far[0].total} so far)" if far and far[0].total else ""
        raise BusyError(f"another process does this already{told}; let it end")
    return job
