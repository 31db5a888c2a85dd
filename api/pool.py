"""A pool of processes that make one thing after the other, and that outlives any of them.

Every worker is a fresh interpreter behind a pipe of its own, so it is always known what a dead one
was at: that task is tried once more and then given up, and what the worker had not begun goes to
another. The pool of the standard library says only that it is broken, and by whom is a guess.

A worker opens what it needs once (typefaces, a session with a token). It ends by itself as soon as
its parent is gone, and it leaves signals to the parent, which ends workers by closing their pipes.
"""

import signal
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from api.pool_worker import CLOSED, READY, work

Task = TypeVar("Task")
Made = TypeVar("Made")

DEPTH: Final = 2
"""Tasks that a worker has at once: the next is there when one is done. More would only wait."""

ATTEMPTS_MAX: Final = 2
STARTS_FAILED_MAX: Final = 3
_END_S: Final = 2.0
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class PoolError(Exception):
    """No worker can work; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a worker may take for one task and to get ready, and after how many it is renewed.

    Libraries in a worker may keep a little memory of everything that they have made.
    """

    task_s: float = 300.0
    ready_s: float = 120.0
    tasks_of_worker: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Generic[Task, Made]):
    """A task that is done with: what was made of it, or how two workers ended at it."""

    task: Task
    made: Made | None = None
    fault: str = ""


@dataclass(slots=True)
class _Given(Generic[Task]):
    task: Task
    attempts: int = 0


@dataclass(slots=True, kw_only=True)
class _Worker(Generic[Task]):
    process: SpawnProcess
    pipe: Connection
    since_s: float
    tasks: deque[_Given[Task]] = field(default_factory=deque)
    is_ready: bool = False
    made: int = 0


class Pool(Generic[Task, Made]):
    """Workers that are started when there is something to do, up to a number.

    Args:
        open_maker: Called once in each worker; returns what makes something of a task. Both it and
            the tasks are sent to the workers (pickled).
        workers: How many at most.
        limits: Of time and of tasks.
    """

    def __init__(
        self,
        open_maker: Callable[[], Callable[[Task], Made]],
        workers: int,
        limits: Limits | None = None,
    ) -> None:
        self._open_maker = open_maker
        self._most = workers
        self._limits = limits or Limits()
        self._workers: list[_Worker[Task]] = []
        self._waiting: deque[_Given[Task]] = deque()
        self._starts_failed = 0

    def __enter__(self) -> "Pool[Task, Made]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            _end(worker.process)
        self._workers.clear()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes at work."""
        return tuple(worker.process.pid or 0 for worker in self._workers)

    @property
    def in_flight(self) -> int:
        """How many tasks are given and not done with."""
        return len(self._waiting) + sum(len(worker.tasks) for worker in self._workers)

    @property
    def has_room(self) -> bool:
        """Whether another task would be begun soon."""
        return self.in_flight < DEPTH * self._most

    def give(self, task: Task) -> None:
        """Hand in a task."""
        self._waiting.append(_Given(task))
        self._feed()

    def take(self, timeout_s: float) -> list[Ended[Task, Made]]:
        """Return the tasks that are done with by now, waiting for one no longer than so.

        Raises:
            PoolError: a worker says that it cannot work, or several die before they are ready.
        """
        ended: list[Ended[Task, Made]] = []
        self._kill_late()
        ready = wait([worker.pipe for worker in self._workers], timeout_s)
        for worker in [one for one in self._workers if one.pipe in ready]:
            try:
                word, value = worker.pipe.recv()
            except (EOFError, OSError):
                ended.extend(self._bury(worker))
            else:
                ended.extend(self._hear(worker, word, value))
        self._feed()
        return ended

    def _feed(self) -> None:
        while self._waiting:
            worker = self._free_worker()
            if worker is None:
                return
            given = self._waiting.popleft()
            if not worker.tasks:
                worker.since_s = time.monotonic()
            worker.tasks.append(given)
            with suppress(OSError):  # it is dead; `take` hears of that next
                worker.pipe.send(given.task)

    def _free_worker(self) -> _Worker[Task] | None:
        """Return the worker with the fewest tasks, or a new one if all have some."""
        open_ones = [
            one
            for one in self._workers
            if len(one.tasks) < DEPTH and one.made + len(one.tasks) < self._limits.tasks_of_worker
        ]
        best = min(open_ones, key=lambda one: len(one.tasks), default=None)
        if (best is None or best.tasks) and len(self._workers) < self._most:
            return self._start()
        return best

    def _start(self) -> _Worker[Task]:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, self._open_maker), daemon=True)
        # Ctrl-C and a service manager's stop reach the whole group. A worker is born with them
        # blocked, so that the paper in hand is finished. The tracker must run before: starting it
        # takes the block away.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            process.start()
        except OSError as error:
            raise PoolError(f"no process can be started: {error}") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        worker: _Worker[Task] = _Worker(process=process, pipe=ours, since_s=time.monotonic())
        self._workers.append(worker)
        return worker

    def _kill_late(self) -> None:
        now_s = time.monotonic()
        for worker in self._workers:
            most_s = self._limits.task_s if worker.is_ready else self._limits.ready_s
            if (worker.tasks or not worker.is_ready) and now_s - worker.since_s > most_s:
                worker.process.kill()

    def _hear(self, worker: _Worker[Task], word: str, value: Any) -> list[Ended[Task, Made]]:
        if word == CLOSED:
            raise PoolError(value)
        worker.since_s = time.monotonic()
        if word == READY:
            worker.is_ready, self._starts_failed = True, 0
            return []
        worker.made += 1
        given = worker.tasks.popleft()
        if worker.made >= self._limits.tasks_of_worker:
            worker.pipe.close()
            _end(worker.process)
            self._workers.remove(worker)
        return [Ended(task=given.task, made=value)]

    def _bury(self, worker: _Worker[Task]) -> list[Ended[Task, Made]]:
        """Take a dead worker away; return the task that it died at, if that was its second try."""
        worker.pipe.close()
        code = _end(worker.process)
        self._workers.remove(worker)
        if not worker.is_ready:
            self._starts_failed += 1
            if self._starts_failed >= STARTS_FAILED_MAX:
                raise PoolError(f"processes end before they are ready (exit code {code})")
        blamed = worker.tasks[0] if worker.is_ready and worker.tasks else None
        if blamed is not None:
            blamed.attempts += 1
        given_up = blamed is not None and blamed.attempts >= ATTEMPTS_MAX
        self._waiting.extendleft(reversed([*worker.tasks][given_up:]))
        if blamed is None or not given_up:
            return []
        return [Ended(task=blamed.task, fault=f"the process that made it ended twice ({code})")]


def _end(process: SpawnProcess) -> int | None:
    """Wait for a process whose pipe is closed, not for long; return its exit code."""
    process.join(_END_S)
    if process.is_alive():
        process.kill()
        process.join()
    code = process.exitcode
    process.close()
    return code
