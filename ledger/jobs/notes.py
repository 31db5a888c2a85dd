"""What is told of jobs, written inside the caller's transaction."""

from typing import Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from ledger.clock import clock_us
from ledger.database.side_tables import side_job_note

TEXT_MAX: Final = 500


def write(connection: Connection, job: int, **values: int | str) -> None:
    """Change what is told of a job: done, total, failures, text."""
    text = values.get("text")
    if isinstance(text, str):
        values["text"] = text[:TEXT_MAX]
    values["updated_at_us"] = clock_us()
    changed = connection.execute(
        update(side_job_note).where(side_job_note.c.job == job).values(values)
    )
    if changed.rowcount == 0:
        empty = {"job": job, "done": 0, "total": 0, "failures": 0, "text": ""}
        connection.execute(insert(side_job_note).values({**empty, **values}))


def failures_of(connection: Connection, job: int) -> int:
    """Return how often a job has failed."""
    asked = select(side_job_note.c.failures).where(side_job_note.c.job == job)
    return connection.execute(asked).scalar_one_or_none() or 0


def of(connection: Connection, jobs: list[int]) -> dict[int, Row[tuple[int, ...]]]:
    """Return what is told of some jobs."""
    asked = select(side_job_note).where(side_job_note.c.job.in_(jobs))
    return {row.job: row for row in connection.execute(asked)}


def forget(connection: Connection, jobs: list[int]) -> None:
    """Remove what is told of jobs that are gone."""
    connection.execute(delete(side_job_note).where(side_job_note.c.job.in_(jobs)))
