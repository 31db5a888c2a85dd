"""A task: what a job does, defined once for both runners.

Jobs run at least once. A worker may die after the last effect of a job and before this is known,
so a task's function must be able to run again: what is done is found done.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random, SystemRandom
from threading import Event
from typing import Any, Final, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from ledger.log.canonical import canonical
from ledger.registry import Registry

LEASE_S: Final = 30.0
"""How long a worker that shows no sign of life keeps its jobs."""

TELL_S: Final = 1.0
ARGUMENT_BYTES_MAX: Final = 4_096
_RANDOM: Final = SystemRandom()


class JobError(Exception):
    """A job cannot be done; the text is kept and shown, so it holds no secret and no private data.

    Attributes:
        lasting: Another try would fail as well.
        wait_s: No other try before so many seconds.
    """

    def __init__(self, text: str, *, lasting: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(text)
        self.lasting = lasting
        self.wait_s = wait_s


class StoppedError(Exception):
    """The worker ends before the job does: it is handed back."""


class LostError(Exception):
    """Another worker has this job by now; nothing more may be done for it here."""


class Arguments(BaseModel):
    """What a job is given; small, of JSON's types, and nothing secret: it is stored and shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Given = TypeVar("Given", bound=Arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a job may fail, and how long it waits: twice as long each time, give or take half.

    A worker that dies counts as a failure, so a job that kills its workers ends as a dead letter.
    """

    failures_max: int = 5
    first_s: float = 30.0
    most_s: float = 6 * 3_600.0

    def wait_s(self, failures: int, random: Random = _RANDOM) -> float:
        """Return how long to wait after so many failures, at least one."""
        plain_s = self.first_s * 2.0 ** min(failures - 1, 60)
        return min(self.most_s, plain_s) * random.uniform(0.5, 1.5)


@dataclass(slots=True, kw_only=True)
class Work:
    """A job at work, as its function sees it.

    Attributes:
        registry: What it is about.
        job: Its number.
        stop: Set when the worker is asked to end: finish what is in hand, then `check`.
        limit_s: How long it may take.
        note: Writes down how far it is; says whether this worker still has the job.
    """

    registry: Registry
    job: int
    stop: Event
    limit_s: float
    note: Callable[[int, int], bool]
    _began_s: float = field(default_factory=time.monotonic)
    _told_s: float = 0.0

    def tell(self, done: int, total: int) -> None:
        """Tell how far it is; call it often, it writes once a second.

        Raises:
            LostError: another worker has the job.
            JobError: it takes longer than it may.
        """
        now_s = time.monotonic()
        if now_s - self._began_s > self.limit_s:
            raise JobError(f"took longer than the {self.limit_s:.0f} s that it may")
        if done < total and now_s - self._told_s < TELL_S:
            return
        self._told_s = now_s
        if not self.note(done, total):
            raise LostError

    def check(self) -> None:
        """End here if the worker is asked to end; call it where the job can go on later.

        Raises:
            StoppedError: it is.
        """
        if self.stop.is_set():
            raise StoppedError


Function: TypeAlias = Callable[[Work, Given], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[Given]):
    """What a kind of job does.

    Attributes:
        name: Its name, stored with each job.
        arguments: Their type.
        function: Does it; returns a sentence about what should be known, or nothing.
        retries: How often it may fail.
        limit_s: How long it may take; checked where it tells how far it is.
        key: What only one job at a time may run with, and only one may wait with.
        nightly: Whether it is due every night.
        is_kept: Whether a job that is done is kept for a while, for people to see.
    """

    name: str
    arguments: type[Given]
    function: Function[Given]
    retries: Retries = Retries()
    limit_s: float = 3_600.0
    key: Callable[[Given], str]
    nightly: bool = False
    is_kept: bool = True

    def key_of(self, arguments: Given) -> str:
        """Return the key of a job, by task."""
        return f"{self.name}/{self.key(arguments)}"


Tasks: TypeAlias = Mapping[str, Task[Any]]


def written(arguments: Arguments) -> str:
    """Return arguments as they are stored: canonical JSON.

    Raises:
        ValueError: they are larger than arguments may be; what is large goes into a table.
    """
    text = canonical(arguments.model_dump(mode="json"))
    if len(text) > ARGUMENT_BYTES_MAX:
        raise ValueError(f"arguments of {len(text)} bytes; put what is large into a table")
    return text.decode()
