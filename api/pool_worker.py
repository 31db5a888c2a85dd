"""The inside of a worker of `api/pool.py`: opens what it needs once, then makes task after task."""

import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

READY: Final = "ready"
MADE: Final = "made"
CLOSED: Final = "closed"


class NotReadyError(Exception):
    """A worker cannot open what it needs, and starting it again would not help; says why."""


def work(pipe: Connection, open_maker: Callable[[], Callable[[Any], Any]]) -> None:
    """Be a worker, until the pipe is closed.

    What a maker raises ends the process, with its trace on standard error: nobody expected it, so
    nobody knows what state it left behind.
    """
    tasks: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(pipe, tasks), daemon=True).start()
    try:
        make = open_maker()
    except NotReadyError as error:
        pipe.send((CLOSED, str(error)))
        return
    pipe.send((READY, None))
    while True:
        pipe.send((MADE, make(tasks.get())))


def _listen(pipe: Connection, tasks: SimpleQueue[Any]) -> None:
    """Take tasks off the pipe, so that neither side ever waits for the other to read."""
    try:
        while True:
            tasks.put(pipe.recv())
    except (EOFError, OSError):
        # The parent is gone, or wants no more. Nothing that this process holds must be kept.
        os._exit(0)
