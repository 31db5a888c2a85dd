"""A client in a process of its own that pays a number of times, and kills itself at a given step.

A step is just before or after a line of the journal is durable, or a request is answered. Whoever
starts again resumes from the journal, and signs only what it does not hold.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.client import Client, Journal
from api.client.asking import Asking
from tests.support.architecture import ROOT


def run_client(told: dict[str, Any], *, kill_at: int, forgets: bool = False) -> int:
    """Run the client until it has paid or is killed at a step; return its exit code.

    `forgets` is the client of somebody who signs whatever the journal does not show as recorded.
    """
    given = json.dumps({**told, "kill_at": kill_at, "forgets": forgets})
    command = [sys.executable, "-m", "tests.support.killed_client"]
    return subprocess.run(command, cwd=ROOT, input=given, text=True, timeout=60).returncode


def dying(kill_at: int) -> Callable[[], None]:
    """Return what counts steps, and dies of one."""
    steps = iter(range(1, 1 << 62))

    def step() -> None:
        if next(steps) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def around(kind: type, name: str, step: Callable[[], None]) -> None:
    """Step before and after each call of a method."""
    inner = getattr(kind, name)

    def outer(*given: Any, **named: Any) -> Any:
        step()
        answer = inner(*given, **named)
        step()
        return answer

    setattr(kind, name, outer)


def lines_of(path: Path, field: str) -> int:
    """Count the journal's lines that say something."""
    lines = path.read_bytes().splitlines()
    return sum(field in json.loads(line) for line in lines)


def pay(told: dict[str, Any]) -> None:
    """Pay until the journal shows as many payments as are wanted."""
    step, path = dying(told["kill_at"]), Path(told["journal"])
    around(Journal, "_append", step)
    around(Asking, "post", step)
    journal = Journal(path)
    shown = "seq" if told["forgets"] else "sent"
    with Client(told["url"], journal=journal, clock=lambda: told["now_us"]) as client:
        if not told["forgets"]:
            client.resume()
        while lines_of(path, shown) < told["count"]:
            draft = client.draft("units.transfer", told["actor"], told["body"])
            for seed in told["seeds"]:
                draft = draft.signed_with(bytes.fromhex(seed))
            client.submit(draft)


if __name__ == "__main__":
    pay(json.load(sys.stdin))
