"""`sinkledger certificate issue --all`: every paper that is not issued yet, with a bar."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from types import FrameType
from typing import Any, Final

from rich.markup import escape
from rich.progress import Progress

from api.cli.ledger import progress_bar
from api.cli.output import CommandError, console, console_error, print_json
from api.issuing_all import Run
from api.issuing_plan import Plan, Show, Tally
from api.jobs import IssuingStoppedError
from api.press import press_of
from api.sealing import FAILURES, open_sealer
from api.subjects import PREFIXES, Walk
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
    ended_by, began_s = "", time.monotonic()
    with _signals() as stop, progress_bar() as bar:
        run = Run(
            registry=registry,
            open_press=press_of(registry.settings),
            plan=plan,
            stop=stop.event,
            show=_shown_on(bar, plan.limit),
        )
        try:
            run.issue(Walk(kinds=kinds))
        except IssuingStoppedError as error:
            ended_by = str(error)
    if stop.number:
        ended_by = "stopped; run it again to go on"
    tally = run.tally
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


def _shown_on(bar: Progress, limit: int | None) -> Show:
    task = bar.add_task("issuing", total=None)

    def show(tally: Tally) -> None:
        total = tally.found if limit is None else min(limit, tally.found)
        bar.update(task, completed=tally.issued + len(tally.not_issued), total=total)

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
