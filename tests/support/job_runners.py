"""Jobs for tests: places with either runner, tasks that leave marks, workers that can be killed.

A mark is a file that is made once, so doing a step again changes nothing. Two processes that do
jobs of one key at once both want one lock, which a killed one leaves by itself.
"""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from ledger.jobs.embedded import EmbeddedQueue
from ledger.jobs.queue import Crew
from ledger.jobs.queues import work
from ledger.jobs.shared import SharedQueue
from ledger.jobs.task import Arguments, JobError, LostError, Retries, Task, Work
from ledger.registry import Registry, open_registry
from tests.support.children import Child, fork
from tests.support.ledger import settings_in

LEASE_S = 3.0
PATIENCE_S = 60.0


class Steps(Arguments):
    """What a test's job does: so many steps, each a mark."""

    name: str
    key: str = ""
    steps: int = 3
    pause_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlace:
    """Where jobs are kept for a test; `opened` gives a registry and a queue of this process."""

    folder: Path
    opened: Callable[[], tuple[Registry, EmbeddedQueue | SharedQueue]]

    @contextmanager
    def queue(self) -> Iterator[EmbeddedQueue | SharedQueue]:
        """Open the queue, and let go of it: connections must not cross a fork."""
        registry, queue = self.opened()
        try:
            yield queue
        finally:
            registry.close()


def embedded_place(folder: Path) -> JobPlace:
    """Return a place on SQLite."""
    open_registry(settings_in(folder)).close()

    def opened() -> tuple[Registry, EmbeddedQueue]:
        registry = open_registry(settings_in(folder))
        queue = EmbeddedQueue(writer=registry.writer, reader=registry.reader, lease_s=LEASE_S)
        return registry, queue

    return JobPlace(folder=folder, opened=opened)


def steps_task(folder: Path, **given: Any) -> Task[Steps]:
    """Return a task whose jobs leave marks in a folder."""
    plain = Task(
        name="steps",
        arguments=Steps,
        function=partial(do_steps, folder),
        key=lambda arguments: arguments.key or arguments.name,
        retries=Retries(first_s=0.0),
    )
    return replace(plain, **given)


def do_steps(folder: Path, job: Work, arguments: Steps) -> str:
    """Do steps that are not done yet, alone among the jobs of a key."""
    with alone(folder, arguments.key or arguments.name):
        for step in range(arguments.steps):
            (folder / f"mark-{arguments.name}-{step}").touch()
            (folder / f"try-{arguments.name}-{step}-{os.getpid()}-{time.monotonic_ns()}").touch()
            if not job.note(step + 1, arguments.steps):
                raise LostError
            job.check()
            time.sleep(arguments.pause_ms / 1_000)
    return ""


@contextmanager
def alone(folder: Path, key: str) -> Iterator[None]:
    """Leave a complaint if another works under this key at this moment."""
    with (folder / f"lock-{key}").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            (folder / f"two-at-once-{key}-{os.getpid()}").touch()
        yield


def marks(folder: Path, kind: str = "mark") -> list[str]:
    """Return the names of marks."""
    return sorted(one.name for one in folder.glob(f"{kind}-*"))


def crew_of(registry: Registry, *tasks: Task[Any], **given: Any) -> Crew:
    """Return a crew that says nothing."""
    fields: dict[str, Any] = {"say": lambda *_: None, **given}
    return Crew(registry=registry, tasks={one.name: one for one in tasks}, **fields)


@contextmanager
def working(place: JobPlace, *tasks: Task[Any], **given: Any) -> Iterator[Event]:
    """Work in a thread of this process; the event ends it."""
    registry, queue = place.opened()
    stop = Event()
    crew = crew_of(registry, *tasks, **given)
    thread = Thread(target=work, args=(queue, crew, stop))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        registry.close()
        assert not thread.is_alive()


def worker(place: JobPlace, *tasks: Task[Steps], slots: int = 2) -> Child:
    """Fork a process that works until it is ended."""

    def run(_: object) -> None:
        registry, queue = place.opened()
        stop = Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        work(queue, crew_of(registry, *tasks, slots=slots), stop)

    return fork(run)


def come_true(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    """Wait until something holds; say whether it does."""
    until_s = time.monotonic() + patience_s
    while not holds() and time.monotonic() < until_s:
        time.sleep(0.05)
    return holds()


def shared_place(folder: Path, url: str) -> JobPlace:
    """Return a place on PostgreSQL."""
    settings = settings_in(folder).model_copy(update={"database_url": url})
    open_registry(settings).close()

    def opened() -> tuple[Registry, SharedQueue]:
        registry = open_registry(settings)
        reader, writer = registry.reader, registry.writer
        return registry, SharedQueue(writer=writer, reader=reader, url=url, lease_s=LEASE_S)

    return JobPlace(folder=folder, opened=opened)


def refusing(text: str, **given: Any) -> Callable[[Work, Steps], str]:
    """Return a function that cannot be done."""

    def refuse(job: Work, arguments: Steps) -> str:
        raise JobError(text, **given)

    return refuse
