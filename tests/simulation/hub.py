"""Simulated time: one thread, tasks that take turns, everything in the sequence of one seed.

A task is a greenlet. It goes on until it sleeps or waits; then the hub wakes whoever is next. What
happened is noted, and the notes' hash tells whether two runs were the same.
"""

from collections import deque
from collections.abc import Callable
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

NOTES = 400


class Crash(BaseException):
    """The process of this task ends here, whatever it was doing."""


class Task:
    """Something that runs beside others; it ends by itself or by a crash."""

    def __init__(self, hub: "Hub", name: str, work: Callable[[], object]) -> None:
        self.hub, self.name = hub, name
        self.wake_at = 0
        self.dying = False
        self.greenlet = greenlet(lambda: self._run(work), parent=hub.greenlet)
        hub.at(0, self._resume, 0)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return not self.greenlet.dead

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (Crash, GreenletExit):
            self.hub.note(self.name, "ended by a crash")

    def _resume(self, turn: int) -> None:
        # A later wake-up has made this one void.
        if turn == self.wake_at and self.alive:
            self.greenlet.switch()

    def wake(self, delay_us: int = 0) -> None:
        """Let it go on after a while, instead of whenever it was to go on before."""
        self.wake_at += 1
        self.hub.at(delay_us, self._resume, self.wake_at)

    def crash(self) -> None:
        """End it where it stands; what it does while it ends, it does at once.

        Only `GreenletExit` also ends a task that has not had its first turn.
        """
        if self.alive:
            self.dying = True
            self.wake_at += 1
            self.greenlet.throw(GreenletExit)


class Hub:
    """The one clock, the one source of chance, and whoever waits for their turn."""

    def __init__(self, seed: int, start_us: int) -> None:
        self.random = Random(seed)
        self.now_us = start_us
        self.greenlet = getcurrent()
        self.notes: deque[str] = deque(maxlen=NOTES)
        self._trace = sha256()
        self._turns = count()
        self._heap: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []

    @property
    def trace(self) -> str:
        """The hash of all notes so far."""
        return self._trace.hexdigest()

    def note(self, *words: object) -> None:
        """Write down what happened."""
        line = " ".join(map(str, (self.now_us, *words)))
        self._trace.update(line.encode() + b"\n")
        self.notes.append(line)

    def at(self, delay_us: int, call: Callable[..., object], *arguments: Any) -> None:
        """Have something done after a while."""
        entry = (self.now_us + delay_us, next(self._turns), call, arguments)
        heappush(self._heap, entry)

    def spawn(self, name: str, work: Callable[[], object]) -> Task:
        """Start a task."""
        return Task(self, name, work)

    def sleep(self, task: Task, delay_us: int) -> None:
        """Let the others go on for a while; a task that is ending does not wait any more."""
        if not task.dying:
            task.wake(delay_us)
            self.greenlet.switch()

    def run(self, until_us: int, done: Callable[[], bool] = lambda: False) -> None:
        """Go on until a moment, or until it is done."""
        while self._heap and self._heap[0][0] <= until_us and not done():
            self.now_us, _, call, arguments = heappop(self._heap)
            call(*arguments)
        if not done():
            self.now_us = max(self.now_us, until_us)
