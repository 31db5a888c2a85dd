"""Doing one job, and what came of it. Whatever a task raises ends here, and no worker with it."""

import json
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

from pydantic import ValidationError

from ledger.jobs.job import Claim
from ledger.jobs.task import JobError, LostError, StoppedError, Task, Work

HANDED_BACK_S: Final = 1.0
SILENT: Final = "the process that did it ended without a word"


class End(Enum):
    """How a try ended."""

    DONE = auto()
    AGAIN = auto()
    DEAD = auto()
    HANDED_BACK = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a try: a sentence if there is one, and how long to wait before the next.

    `is_kept` says whether a job that is done is kept.
    """

    end: End
    text: str = ""
    wait_s: float = 0.0
    is_kept: bool = True


def perform(task: Task[Any], claim: Claim, work: Work) -> Outcome:
    """Do a job once."""
    try:
        arguments = task.arguments.model_validate(json.loads(claim.arguments))
        text = task.function(work, arguments)
        return Outcome(end=End.DONE, text=text, is_kept=task.is_kept)
    except StoppedError:
        # Not at once: this worker may not have heard that it is to end.
        return Outcome(end=End.HANDED_BACK, wait_s=HANDED_BACK_S)
    except LostError:
        return Outcome(end=End.LOST)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        return Outcome(end=End.DEAD, text=f"its arguments are not of its form: {fields}")
    except JobError as error:
        return failed(task, claim.failures + 1, str(error), error)
    except Exception as error:
        return failed(task, claim.failures + 1, told_of(error))


def failed(task: Task[Any], failures: int, text: str, error: JobError | None = None) -> Outcome:
    """Decide whether a job that has failed so often is tried again, and when."""
    if failures >= task.retries.failures_max or (error is not None and error.lasting):
        return Outcome(end=End.DEAD, text=text)
    wait_s = max(task.retries.wait_s(failures), error.wait_s if error else 0.0)
    return Outcome(end=End.AGAIN, text=text, wait_s=wait_s)


def told_of(error: BaseException) -> str:
    """Say what happened without its text, which may hold an address, a password or a name."""
    frames = extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
