"""`sinkledger certificate issue --all`: every paper that is not issued yet, with a bar."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event
from types import FrameType
from typing import Any, Final

from rich.markup import escape
from rich.progress import Progress

from api.cli.ledger import progress_bar
from api.cli.output import CommandError, console, console_error, print_json
from api.issuing_plan import Plan, Show, Tally
from api.sealing import FAILURES, open_sealer
from api.subjects import PREFIXES, Walk
from api.tasks.issuing import ISSUE, IssueArguments, run_of, total_of, walk_through
from ledger.jobs.here import BusyError, do_here
from ledger.jobs.job import State
from ledger.jobs.queues import queue_of
from ledger.jobs.task import Retries, Work
from ledger.registry import Registry

SHOWN_MAX: Final = 20
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class Stop:
    """Whether somebody has asked for the end, and by which signal."""

    event: Event = field(default_factory=Event)
    number: int = 0


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def issue_all(registry: Registry, kind: str | None, plan: Plan, *, as_json: bool) -> int:
    """Issue what is not issued yet, tell what came of it, and return the exit code.

    It is 0 if nothing is left to do, 1 if some papers could not be issued or the run ended early,
    and 128 and the signal's number if a signal ended it.
    """
    kinds = _kinds(kind)
    if registry.read_only_reason is not None:
        raise CommandError(registry.read_only_reason)
    try:
        open_sealer(registry.settings)  # what is wrong with the seal is said before anything else
    except FAILURES as error:
        raise CommandError(str(error)) from error
    began_s = time.monotonic()
    with _signals() as stop, progress_bar() as bar:
        tally = Tally()

        def run(work: Work, arguments: IssueArguments) -> str:
            nonlocal tally
            # What is in hand is finished and recorded; what is left, the next run finds.
            one = run_of(work, plan, _shown_on(bar, plan))
            tally = one.tally
            walk_through(work, one, Walk(kinds=arguments.kinds))
            return ""

        ended_by = _do(registry, run, kinds, stop.event)
    if stop.number:
        ended_by = "stopped; run it again to go on"
    summary = {
        "ended_by": ended_by or None,
        "found": tally.found,
        "issued": tally.issued,
        "not_issued": [
            {"number": one.number, "reason": one.reason, "subject": one.subject}
            for one in tally.not_issued
        ],
        "seconds": round(time.monotonic() - began_s, 1),
    }
    if as_json:
        print_json(summary)
    elif tally.found or not ended_by:
        _tell(tally, time.monotonic() - began_s)
    if ended_by:
        console_error(escape(ended_by))
    if stop.number:
        return 128 + stop.number
    return 1 if ended_by or tally.not_issued else 0


def _kinds(kind: str | None) -> tuple[str, ...]:
    if kind is None:
        return tuple(PREFIXES)
    if kind.upper() not in PREFIXES:
        raise CommandError(f"--kind is one of {', '.join(PREFIXES)}", exit_code=2)
    return (kind.upper(),)


@contextmanager
def _signals() -> Iterator[Stop]:
    """Let the first Ctrl-C or stop finish what is in hand; a second one ends at once."""
    stop = Stop()
    before: dict[int, Any] = {}

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        stop.number = number
        stop.event.set()
        signal.signal(number, before[number] or signal.SIG_DFL)

    for one in SIGNALS:
        before[one] = signal.signal(one, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _do(
    registry: Registry,
    run: Callable[[Work, IssueArguments], str],
    kinds: tuple[str, ...],
    stop: Event,
) -> str:
    """Do a run as a job of this process; return why it ended early, if it did."""
    # A person is told at once, so nobody else tries again.
    task = replace(ISSUE, function=run, retries=Retries(failures_max=1))
    try:
        job = do_here(registry, task, IssueArguments(kinds=kinds), stop, lambda *_: None)
    except BusyError as error:
        return str(error)
    if job.state is State.DEAD:
        queue_of(registry).drop(job.id)
        return job.text.removeprefix("papers are not issued: ")
    return ""


def _shown_on(bar: Progress, plan: Plan) -> Show:
    task = bar.add_task("issuing", total=None)

    def show(tally: Tally) -> None:
        done = tally.issued + len(tally.not_issued)
        bar.update(task, completed=done, total=total_of(tally, plan))

    return show


def _tell(tally: Tally, seconds: float) -> None:
    rate = f", {tally.issued / seconds:.1f} a second" if tally.issued and seconds > 0 else ""
    console().print(f"{tally.issued} issued of {tally.found} without a paper{rate}")
    for one in tally.not_issued[:SHOWN_MAX]:
        line = f"not issued: {one.number} ({one.subject}): {one.reason}"
        console().print(line, soft_wrap=True, markup=False)
    more = len(tally.not_issued) - SHOWN_MAX
    if more > 0:
        console().print(f"and {more} more that are not issued; --json names all of them")
