"""Child processes for tests: forked from this warm one, they report through a pipe."""

import json
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Report = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Child:
    """A forked process and the reading end of its pipe."""

    pid: int
    pipe: int

    def kill(self) -> None:
        """End the child at once, wherever it stands."""
        os.kill(self.pid, signal.SIGKILL)

    def reports(self) -> list[Any]:
        """Wait for the child's end and return what it had reported, whole lines only."""
        with os.fdopen(self.pipe, "rb") as file:
            content = file.read()
        os.waitpid(self.pid, 0)
        lines = content.split(b"\n")[:-1]
        return [json.loads(line) for line in lines]


def fork(work: Callable[[Report], None]) -> Child:
    """Run `work(report)` in a forked child; databases must not be open in the parent."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    try:
        os.close(reading)
        work(lambda value: _write(writing, value))
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _write(descriptor: int, value: Any) -> None:
    # One write of less than PIPE_BUF bytes is never torn.
    os.write(descriptor, json.dumps(value).encode() + b"\n")
