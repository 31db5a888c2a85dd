"""The nightly job that checks the registry: audit, papers, and whatever else adds a check."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Final

from api.subjects import Walk
from ledger.jobs.task import Arguments, JobError, Retries, Task, Work

LOOK_S: Final = 0.5
LIMIT_S: Final = 12 * 3_600.0
_COMMAND: Final = "from api.cli import main; main()"


class CheckArguments(Arguments):
    """Nothing is asked."""


Check = Callable[[Work], str]
"""Returns a sentence about what should be known; raises `JobError` for what must not stay so."""


def audit(work: Work) -> str:
    """Replay the ledger in a process of its own, which leaves this one to its callers.

    Raises:
        JobError: something does not hold; no other try makes it good.
    """
    settings = work.registry.settings
    places = ["--data", str(settings.data), "--keys", str(settings.keys)]
    command = [sys.executable, "-c", _COMMAND, "audit", *places, "--json"]
    process = subprocess.Popen(  # noqa: S603 - this interpreter, this program
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                output, _ = process.communicate(timeout=LOOK_S)
                break
            except subprocess.TimeoutExpired:
                work.check()
                work.tell(0, 1)
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise JobError(f"the audit does not hold: {_first(output)}", lasting=True)
    return ""


def _first(output: bytes) -> str:
    try:
        found = json.loads(output)["findings"]
        return f"{found[0]['where']}: {found[0]['what']}" if found else "run sinkledger audit"
    except (ValueError, KeyError, TypeError):
        return "run sinkledger audit"


def papers(work: Work) -> str:
    """Count what has no paper, where papers are issued by themselves."""
    if work.registry.settings.issue == "off":
        return ""
    missing = sum(1 for _ in Walk().without_paper(work.registry.books()))
    return f"{missing} subjects have no paper yet" if missing else ""


CHECKS: Final[list[Check]] = [audit, papers]
"""In this order; whoever keeps backups adds what looks at the newest one."""


def check(work: Work, arguments: CheckArguments) -> str:
    """Do every check; the first that does not hold ends the job as a dead letter."""
    del arguments
    said = []
    for position, one in enumerate(CHECKS):
        work.check()
        said.append(one(work))
        work.tell(position + 1, len(CHECKS))
    return "; ".join(text for text in said if text)


CHECK: Final = Task(
    name="check",
    arguments=CheckArguments,
    function=check,
    key=lambda _: "",
    limit_s=LIMIT_S,
    retries=Retries(failures_max=3, first_s=600.0),
    nightly=True,
)
