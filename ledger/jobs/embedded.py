"""Jobs in the ledger's own SQLite file: kept in `side_job`, claimed by lease.

Every statement that changes a job is in one BEGIN IMMEDIATE transaction with the ones that decide
it, so two workers never have the same job or two jobs of one key. A worker renews its lease; what
a dead one had is waiting again when the lease is over, and counts as failed once.
"""

import os
import secrets
import socket
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, Engine, and_, delete, insert, select, update

from ledger.clock import clock_us
from ledger.jobs import notes
from ledger.jobs.embedded_rows import is_held, jobs_of, left_behind, next_due
from ledger.jobs.job import Claim, Job, JobUnknownError, State
from ledger.jobs.performing import SILENT, End, Outcome, failed
from ledger.jobs.queue import COMMON
from ledger.jobs.tables import side_job
from ledger.jobs.task import LEASE_S, Given, Task, Tasks, written

_JOB: Final = side_job.c


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedQueue:
    """The jobs of a registry on SQLite; see `ledger.jobs.queue.Queue`.

    Attributes:
        writer: The ledger's write engine.
        reader: Its read engine.
        lease_s: How long a worker keeps a job without a sign of life.
        name: Which worker this is: no two processes, nor two queues of one, have the same.
    """

    writer: Engine
    reader: Engine
    lease_s: float = LEASE_S
    name: str = field(
        default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    )

    def defer(
        self, connection: Connection, task: Task[Given], arguments: Given, *, queue: str = COMMON
    ) -> int:
        """Make a job in the caller's transaction; one that waits already with its key is it."""
        key, now_us = task.key_of(arguments), clock_us()
        asked = select(_JOB.id).where(
            _JOB.key == key, _JOB.state == State.WAITING, _JOB.queue == queue
        )
        known = connection.execute(asked.limit(1)).scalar_one_or_none()
        if known is not None:
            return int(known)
        values = {
            "task": task.name,
            "arguments": written(arguments),
            "key": key,
            "queue": queue,
            "state": State.WAITING,
            "tries": 0,
            "due_us": now_us,
            "made_at_us": now_us,
            "worker": "",
            "until_us": 0,
        }
        made = connection.execute(insert(side_job).values(values).returning(_JOB.id))
        return int(made.scalar_one())

    def add(self, task: Task[Given], arguments: Given, *, queue: str = COMMON) -> int:
        """Make a job in a transaction of its own."""
        with self.writer.begin() as connection:
            return self.defer(connection, task, arguments, queue=queue)

    def claim(self, tasks: Tasks, queue: str = COMMON) -> Claim | None:
        """Take the job that has been due the longest; nothing if none is."""
        with self.reader.connect() as connection:
            due = connection.execute(next_due(tasks, queue)).one_or_none()
            if due is None and not left_behind(connection):
                return None
        with self.writer.begin() as connection:
            self._free_left_behind(connection, tasks)
            row = connection.execute(next_due(tasks, queue)).one_or_none()
            if row is None:
                return None
            until_us = clock_us() + int(self.lease_s * 1e6)
            taken = {"state": State.RUNNING, "tries": _JOB.tries + 1, "until_us": until_us}
            # The number of the try makes the name this claim's own: a worker that was frozen
            # cannot speak for a later try of its own either.
            worker = f"{self.name}:{row.tries + 1}"
            connection.execute(
                update(side_job).where(_JOB.id == row.id).values(worker=worker, **taken)
            )
            failures = notes.failures_of(connection, row.id)
        # If we crash here, the lease runs out and another worker begins the job again.
        return Claim(
            job=row.id, task=row.task, arguments=row.arguments, failures=failures, worker=worker
        )

    def renew(self, claim: Claim) -> bool:
        """Show a sign of life; say whether the job is still this worker's."""
        until_us = clock_us() + int(self.lease_s * 1e6)
        with self.writer.begin() as connection:
            changed = connection.execute(
                update(side_job).where(is_held(claim)).values(until_us=until_us)
            )
            return changed.rowcount == 1

    def tell(self, claim: Claim, done: int, total: int) -> bool:
        """Write down how far a job is; say whether it is still this worker's."""
        with self.writer.begin() as connection:
            held = connection.execute(select(_JOB.id).where(is_held(claim))).one_or_none()
            if held is not None:
                notes.write(connection, claim.job, done=done, total=total)
            return held is not None

    def end(self, claim: Claim, outcome: Outcome) -> None:
        """Write down how a try ended, if the job is still this worker's."""
        if outcome.end is End.LOST:
            return
        now_us = clock_us()
        values: dict[str, object] = {"worker": "", "until_us": 0}
        if outcome.end is End.DONE:
            values |= {"state": State.DONE, "due_us": now_us}
        elif outcome.end is End.DEAD:
            values |= {"state": State.DEAD}
        else:
            due_us = now_us + int(outcome.wait_s * 1e6)
            values |= {"state": State.WAITING, "due_us": due_us, "queue": COMMON}
        with self.writer.begin() as connection:
            ended = connection.execute(update(side_job).where(is_held(claim)).values(values))
            if ended.rowcount == 0:
                return
            if outcome.end is End.DONE and not outcome.is_kept:
                connection.execute(delete(side_job).where(_JOB.id == claim.job))
                notes.forget(connection, [claim.job])
            elif outcome.end is not End.HANDED_BACK:
                failures = 0 if outcome.end is End.DONE else claim.failures + 1
                notes.write(connection, claim.job, text=outcome.text, failures=failures)

    def job(self, number: int) -> Job:
        """Return a job."""
        with self.reader.connect() as connection:
            rows = connection.execute(select(side_job).where(_JOB.id == number)).all()
            if not rows:
                raise JobUnknownError(f"there is no job {number}")
            return jobs_of(connection, rows)[0]

    def jobs(self, *, state: State | None = None, before: int = 0, limit: int = 100) -> list[Job]:
        """Return jobs, the newest first, below a number."""
        asked = select(side_job).order_by(_JOB.id.desc()).limit(limit)
        if state is not None:
            asked = asked.where(_JOB.state == state)
        if before:
            asked = asked.where(_JOB.id < before)
        with self.reader.connect() as connection:
            return jobs_of(connection, connection.execute(asked).all())

    def alive(self, key: str) -> list[Job]:
        """Return the jobs with a key that wait, run or are dead letters."""
        asked = select(side_job).where(_JOB.key == key, _JOB.state != State.DONE)
        with self.reader.connect() as connection:
            return jobs_of(connection, connection.execute(asked).all())

    def retry(self, number: int) -> None:
        """Let a dead letter be tried again from the start, or a waiting job at once."""
        allowed = _JOB.state.in_([State.DEAD, State.WAITING])
        values = {"state": State.WAITING, "due_us": clock_us(), "queue": COMMON}
        with self.writer.begin() as connection:
            changed = connection.execute(
                update(side_job).where(_JOB.id == number, allowed).values(values)
            )
            if changed.rowcount == 0:
                raise JobUnknownError(f"no job {number} waits or is a dead letter")
            notes.write(connection, number, failures=0)

    def drop(self, number: int) -> None:
        """Remove a job that does not run."""
        with self.writer.begin() as connection:
            gone = connection.execute(
                delete(side_job).where(_JOB.id == number, _JOB.state != State.RUNNING)
            )
            if gone.rowcount == 0:
                raise JobUnknownError(f"there is no job {number} that does not run")
            notes.forget(connection, [number])

    def forget_done(self, before_us: int) -> int:
        """Remove the jobs that were done before a moment; return how many."""
        old = and_(_JOB.state == State.DONE, _JOB.due_us < before_us)
        with self.writer.begin() as connection:
            gone = connection.execute(delete(side_job).where(old).returning(_JOB.id))
            numbers = list(gone.scalars())
            notes.forget(connection, numbers)
        return len(numbers)

    def _free_left_behind(self, connection: Connection, tasks: Tasks) -> None:
        """Let the jobs of dead workers wait again, unless too many have died at one."""
        for row in left_behind(connection):
            failures = notes.failures_of(connection, row.id) + 1
            task = tasks.get(row.task)
            is_dead = task is not None and failed(task, failures, "").end is End.DEAD
            state = State.DEAD if is_dead else State.WAITING
            values = {"state": state, "worker": "", "until_us": 0, "queue": COMMON}
            connection.execute(update(side_job).where(_JOB.id == row.id).values(values))
            notes.write(connection, row.id, failures=failures, text=SILENT)
