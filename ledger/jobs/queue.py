"""The one port behind which jobs are kept and run: SQLite here, procrastinate on PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from sqlalchemy import Connection, Engine

from ledger.jobs.job import Job, State
from ledger.jobs.task import Given, Task, Tasks
from ledger.registry import Registry

COMMON: Final = "jobs"
"""The queue that every worker takes from; others are of one process that runs a job itself."""

Say: TypeAlias = Callable[[str, str], None]
"""Told (task, sentence) of what should be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """How a process works: for which registry, at which tasks, on how many jobs at once.

    Attributes:
        registry: What the jobs are about.
        tasks: What can be done here.
        say: Told of failures and of what should be known.
        slots: Jobs at once.
        queue: From where jobs are taken.
        until_empty: End when nothing is due, instead of waiting for more.
        grace_s: How long jobs in hand may take when the worker is asked to end.
    """

    registry: Registry
    tasks: Tasks
    say: Say
    slots: int = 1
    queue: str = COMMON
    until_empty: bool = False
    grace_s: float = 20.0


class Queue(Protocol):
    """Where jobs are kept, by which engines."""

    @property
    def writer(self) -> Engine:
        """The ledger's write engine."""

    @property
    def reader(self) -> Engine:
        """Its read engine."""

    def defer(
        self, connection: Connection, task: Task[Given], arguments: Given, *, queue: str = COMMON
    ) -> int:
        """Make a job in the caller's transaction; one that waits already with its key is it.

        Returns:
            The job's number.
        """

    def add(self, task: Task[Given], arguments: Given, *, queue: str = COMMON) -> int:
        """Make a job in a transaction of its own; see `defer`."""

    def job(self, number: int) -> Job:
        """Return a job.

        Raises:
            JobUnknownError: there is none.
        """

    def jobs(self, *, state: State | None = None, before: int = 0, limit: int = 100) -> list[Job]:
        """Return jobs, the newest first, below a number (0: from the newest)."""

    def alive(self, key: str) -> list[Job]:
        """Return the jobs with a key that wait, run or are dead letters."""

    def retry(self, number: int) -> None:
        """Let a dead letter be tried again from the start, or a waiting job at once.

        Raises:
            JobUnknownError: there is none, or it runs or is done.
        """

    def drop(self, number: int) -> None:
        """Remove a job that does not run.

        Raises:
            JobUnknownError: there is none, or it runs.
        """

    def forget_done(self, before_us: int) -> int:
        """Remove the jobs that were done before a moment; return how many."""
