"""Working at jobs beside the service, and seeing what has become due: nights, papers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

from api.subjects import Walk
from api.tasks.delivering import add_due
from api.tasks.issuing import IssueArguments, is_something_left
from api.tasks.table import TASKS
from ledger.clock import clock_us
from ledger.jobs import nightly
from ledger.jobs.performing import told_of
from ledger.jobs.queue import Crew, Queue
from ledger.jobs.queues import FAULTS, queue_of, work_on
from ledger.jobs.task import Tasks
from ledger.registry import Registry

LOOK_S: Final = 1.0

Say = Callable[[str], None]


@contextmanager
def working(registry: Registry, say: Say, tasks: Tasks = TASKS) -> Iterator[None]:
    """Work at jobs in threads beside what publishes, unless the settings say otherwise.

    When this is left, jobs in hand are finished or handed back first.
    """
    if registry.settings.jobs == "off":
        yield
        return
    stop = Event()
    threads = start(registry, Once(say), stop, tasks)
    try:
        yield
    finally:
        stop.set()
        for one in threads:
            one.join()


def start(registry: Registry, say: "Once", stop: Event, tasks: Tasks) -> list[Thread]:
    """Start what works and what sees what is due; both end when `stop` is set."""
    queue = queue_of(registry)
    crew = Crew(registry=registry, tasks=tasks, say=say.told, slots=registry.settings.job_slots)
    due = Due(registry=registry, queue=queue, tasks=tasks)
    threads = [
        Thread(target=work_on, args=(queue, crew, stop), name="jobs"),
        Thread(target=look_on, args=(due, say, stop), name="jobs-due"),
    ]
    for one in threads:
        one.start()
    return threads


@dataclass(slots=True)
class Once:
    """Says a sentence about a task unless it was the last one said about it."""

    say: Say
    _said: dict[str, str] = field(default_factory=dict)

    def told(self, task: str, text: str) -> None:
        """Say it, or not."""
        if self._said.get(task) != text:
            self._said[task] = text
            self.say(f"{task}: {text}")


@dataclass(slots=True, kw_only=True)
class Due:
    """What makes jobs of what has become due.

    Attributes:
        registry: What is looked at.
        queue: Where its jobs are kept.
        tasks: What is worked at here.
    """

    registry: Registry
    queue: Queue
    tasks: Tasks
    _walk: Walk = field(default_factory=Walk)
    _seen: bytes = b""

    def look(self) -> None:
        """Make what is due by now into jobs."""
        day = nightly.day_of(clock_us(), self.registry.settings.nightly_hour)
        for task in self.tasks.values():
            if task.nightly:
                nightly.add(self.queue, task, day)
        self._papers()
        if "deliver" in self.tasks:
            add_due(self.registry, self.queue)

    def _papers(self) -> None:
        """Have papers issued when another checkpoint is there: what it covers is due."""
        if self.registry.settings.issue == "off":
            return
        note = self.registry.checkpoint() or b""
        if note != self._seen and note:
            if is_something_left(self.registry, self._walk):
                self.queue.add(self.tasks["issue"], IssueArguments())
            self._seen = note


def look_on(due: Due, say: Once, stop: Event) -> None:
    """Look for what is due until `stop` is set."""
    while not stop.is_set():
        try:
            due.look()
        except FAULTS as error:
            say.told("jobs", f"what is due was not seen: {told_of(error)}")
        stop.wait(LOOK_S)
