"""Reading how far the registry's own work is.

Anybody may see that there is work and how far it is. What a job was given and why it failed is the
operator's: `sinkledger jobs show` tells it on the machine.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.deps import LimitDep, RegistryDep
from api.problems import NotFoundError
from ledger.jobs.job import Job, JobUnknownError, State
from ledger.jobs.queues import queue_of

router = APIRouter(prefix="/v1", tags=["jobs"])

NUMBER_MAX = 2**53 - 1


class ShownJob(BaseModel):
    """A job as everybody may see it; times in microseconds UTC.

    A job is waiting, running, done, or dead: it failed too often and waits for a person.
    """

    id: int
    job: str
    state: State
    done: int
    total: int
    tries: int
    failures: int
    next_try_at_us: int | None
    updated_at_us: int


@router.get("/jobs")
def list_jobs(
    registry: RegistryDep,
    limit: LimitDep = 100,
    before: Annotated[int, Query(ge=0, le=NUMBER_MAX, description="Jobs below this.")] = 0,
) -> list[ShownJob]:
    """Return the registry's jobs, the newest first."""
    return [_shown(job) for job in queue_of(registry).jobs(before=before, limit=limit)]


@router.get("/jobs/{number}")
def show_job(registry: RegistryDep, number: Annotated[int, Path(ge=1, le=NUMBER_MAX)]) -> ShownJob:
    """Return a job.

    Raises:
        NotFoundError: there is none.
    """
    try:
        return _shown(queue_of(registry).job(number))
    except JobUnknownError as error:
        raise NotFoundError(str(number)) from error


def _shown(job: Job) -> ShownJob:
    return ShownJob(
        id=job.id,
        job=job.task,
        state=job.state,
        done=job.done,
        total=job.total,
        tries=job.tries,
        failures=job.failures,
        next_try_at_us=job.next_try_at_us,
        updated_at_us=job.updated_at_us,
    )
