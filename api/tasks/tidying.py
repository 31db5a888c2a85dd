"""The nightly job that forgets jobs which were done long ago; dead letters stay."""

from typing import Final

from api.committing import clock_us
from ledger.jobs.queues import queue_of
from ledger.jobs.task import Arguments, Task, Work

KEPT_US: Final = 30 * 86_400 * 1_000_000


class TidyArguments(Arguments):
    """Nothing is asked."""


def tidy(work: Work, arguments: TidyArguments) -> str:
    """Forget jobs that were done thirty days ago."""
    del arguments
    queue_of(work.registry).forget_done(clock_us() - KEPT_US)
    return ""


TIDY: Final = Task(
    name="tidy", arguments=TidyArguments, function=tidy, key=lambda _: "", nightly=True
)
