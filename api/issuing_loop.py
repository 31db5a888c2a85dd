"""Issuing for as long as a process publishes: what has become due, after each publication."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from api.issuing_all import Run
from api.issuing_plan import Plan
from api.jobs import IssuingStoppedError
from api.press import press_of
from api.sealing import FAILURES, open_sealer
from api.sheets import OpenPress
from api.subjects import Walk
from ledger.registry import Registry

LOOK_S: Final = 1.0
RETRY_S: Final = 60.0

Say = Callable[[str], None]


@contextmanager
def issuing(registry: Registry, say: Say) -> Iterator[None]:
    """Issue in a thread beside what publishes, if the settings say so (`SINKLEDGER_ISSUE`).

    When this is left, papers in hand are finished and recorded first.
    """
    if registry.settings.issue == "off":
        yield
        return
    stop = Event()
    open_press = press_of(registry.settings)
    thread = Thread(target=keep_issuing, args=(registry, open_press, stop, say), name="issuer")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def keep_issuing(
    registry: Registry, open_press: OpenPress, stop: Event, say: Say, retry_s: float = RETRY_S
) -> None:
    """Issue what is due whenever another checkpoint is published, until `stop` is set.

    Args:
        registry: What is issued from.
        open_press: What opens a press in a worker.
        stop: Ends the loop.
        say: Told once of each paper that cannot be issued, and of what ends a run.
        retry_s: After how long a run that ended early begins again.
    """
    walk, seen, said = Walk(), b"", set[str]()
    while not stop.is_set():
        note = registry.checkpoint() or b""
        wait_s = LOOK_S
        if note != seen:
            faults, ended = _issue(registry, open_press, stop, walk)
            for fault in faults:
                if fault not in said:
                    say(fault)
            said.update(faults)
            seen, wait_s = (seen, retry_s) if ended else (note, LOOK_S)
        stop.wait(wait_s)


def _issue(
    registry: Registry, open_press: OpenPress, stop: Event, walk: Walk
) -> tuple[list[str], bool]:
    """Do one run; return what to say, and whether it ended early."""
    plan = Plan(workers=registry.settings.issue_workers)
    run, ended = Run(registry=registry, open_press=open_press, plan=plan, stop=stop), []
    try:
        open_sealer(registry.settings)
        run.issue(walk)
    except (IssuingStoppedError, OSError, SQLAlchemyError, *FAILURES) as error:
        ended.append(f"papers are not issued: {error}")
    lasting = (one for one in run.tally.not_issued if not one.passes)
    faults = [f"not issued: {one.number} ({one.subject}): {one.reason}" for one in lasting]
    return [*faults, *ended], bool(ended)
