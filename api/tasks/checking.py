"""The nightly job that checks the registry: an audit from entry 0, and papers that are missing."""

import json
import subprocess
import sys
from typing import Final

from api.subjects import Walk
from ledger.jobs.task import Arguments, JobError, Retries, Task, Work

LOOK_S: Final = 0.5
LIMIT_S: Final = 12 * 3_600.0
_COMMAND: Final = "from api.cli import main; main()"


class CheckArguments(Arguments):
    """Nothing is asked."""


def audit(work: Work) -> None:
    """Replay the ledger in a process of its own, which leaves this one to its callers.

    Raises:
        JobError: something does not hold; no other try makes it good.
    """
    settings = work.registry.settings
    places = ["--data", str(settings.data), "--keys", str(settings.keys)]
    command = [sys.executable, "-c", _COMMAND, "audit", *places, "--json"]
    with subprocess.Popen(  # noqa: S603 - this interpreter, this program
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            output = _output_of(process, work)
        finally:
            process.kill()
    if process.returncode != 0:
        raise JobError(f"the audit does not hold: {_first(output)}", lasting=True)


def _output_of(process: subprocess.Popen[bytes], work: Work) -> bytes:
    while True:
        try:
            return process.communicate(timeout=LOOK_S)[0]
        except subprocess.TimeoutExpired:
            work.check()
            work.tell(0, 1)


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


def check(work: Work, arguments: CheckArguments) -> str:
    """Check everything; what does not hold ends the job as a dead letter."""
    del arguments
    audit(work)
    said = papers(work)
    work.tell(1, 1)
    return said


CHECK: Final = Task(
    name="check",
    arguments=CheckArguments,
    function=check,
    key=lambda _: "",
    limit_s=LIMIT_S,
    retries=Retries(failures_max=3, first_s=600.0),
    nightly=True,
)
