"""What is asked of `side_job`: what is due, what was left behind, and how a job stands."""

import os
import socket
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, select
from sqlalchemy.orm import aliased

from ledger.clock import clock_us
from ledger.jobs import notes
from ledger.jobs.job import Claim, Job, State
from ledger.jobs.tables import side_job
from ledger.jobs.task import Tasks

_JOB: Final = side_job.c


def left_behind(connection: Connection) -> list[Any]:
    """Return the jobs whose lease is over, or whose process is gone from this machine."""
    asked = select(_JOB.id, _JOB.task, _JOB.worker, _JOB.until_us).where(
        _JOB.state == State.RUNNING
    )
    now_us = clock_us()
    running = connection.execute(asked).all()
    return [row for row in running if row.until_us < now_us or _is_gone(row.worker)]


def _is_gone(worker: str) -> bool:
    host, process, *_ = [*worker.split(":"), "", ""]
    if host != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def next_due(tasks: Tasks, queue: str) -> Any:
    """Return what selects the job due the longest under whose key nobody works."""
    other = aliased(side_job)
    busy = select(other.c.id).where(other.c.key == _JOB.key, other.c.state == State.RUNNING)
    return (
        select(_JOB.id, _JOB.task, _JOB.arguments, _JOB.tries)
        .where(_JOB.state == State.WAITING, _JOB.due_us <= clock_us(), _JOB.queue == queue)
        .where(_JOB.task.in_(list(tasks)), ~busy.exists())
        .order_by(_JOB.due_us, _JOB.id)
        .limit(1)
    )


def is_held(claim: Claim) -> Any:
    """Return the condition that a job is still in the hands of its worker."""
    return and_(_JOB.id == claim.job, _JOB.state == State.RUNNING, _JOB.worker == claim.worker)


def jobs_of(connection: Connection, rows: Any) -> list[Job]:
    """Return stored jobs with what is told of them."""
    told = notes.of(connection, [row.id for row in rows])
    return [_job(row, told.get(row.id)) for row in rows]


def _job(row: Row[Any], note: Row[Any] | None) -> Job:
    state = State(row.state)
    return Job(
        id=row.id,
        task=row.task,
        arguments=row.arguments,
        state=state,
        done=note.done if note else 0,
        total=note.total if note else 0,
        tries=row.tries,
        failures=note.failures if note else 0,
        next_try_at_us=row.due_us if state is State.WAITING else None,
        text=note.text if note else "",
        updated_at_us=note.updated_at_us if note else 0,
    )
