"""The nightly job that forgets jobs which were done long ago; dead letters stay."""

import json
from typing import Final

from api.tasks.submitting import SUBMIT
from ledger.clock import clock_us
from ledger.jobs import lines
from ledger.jobs.queue import Queue
from ledger.jobs.queues import queue_of
from ledger.jobs.task import Arguments, Task, Work

KEPT_US: Final = 30 * 86_400 * 1_000_000


class TidyArguments(Arguments):
    """Nothing is asked."""


def tidy(work: Work, arguments: TidyArguments) -> str:
    """Forget jobs that were done thirty days ago, and answers that no job shows any more."""
    del arguments
    queue = queue_of(work.registry)
    queue.forget_done(clock_us() - KEPT_US)
    lines.forget_answers(queue, _shown(queue))
    return ""


def _shown(queue: Queue) -> set[str]:
    """Return the uploads whose answers somebody may ask for by their job."""
    found: set[str] = set()
    before = 0
    while page := queue.jobs(before=before):
        found |= {json.loads(job.arguments)["upload"] for job in page if job.task == SUBMIT.name}
        before = page[-1].id
    return found


TIDY: Final = Task(
    name="tidy", arguments=TidyArguments, function=tidy, key=lambda _: "", nightly=True
)
