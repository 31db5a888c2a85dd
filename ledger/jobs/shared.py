"""Jobs on PostgreSQL, for workers on any number of machines: procrastinate keeps them.

What procrastinate knows (which job, whose, when) is asked and changed through its own functions,
inside our transactions; what it does not keep (how far, how often failed, why) is in
`side_job_note`. A job's `lock` there is its key here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from procrastinate import SyncPsycopgConnector
from procrastinate.jobs import Job as LibraryJob
from procrastinate.manager import JobManager
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    and_,
    cast,
    delete,
    false,
    func,
    literal,
    null,
    select,
    true,
    update,
)

from ledger.jobs import notes
from ledger.jobs.job import Claim, Job, JobUnknownError, State
from ledger.jobs.performing import SILENT, End, Outcome, failed
from ledger.jobs.queue import COMMON
from ledger.jobs.tables import (
    JOB_STATUS,
    procrastinate_events,
    procrastinate_jobs,
    procrastinate_workers,
)
from ledger.jobs.task import LEASE_S, Given, Task, Tasks, written

_JOB: Final = procrastinate_jobs.c
_STATES: Final = {"todo": State.WAITING, "doing": State.RUNNING, "succeeded": State.DONE}
_STATUSES: Final = {
    State.WAITING: ("todo",),
    State.RUNNING: ("doing",),
    State.DONE: ("succeeded",),
    State.DEAD: ("failed", "aborted", "cancelled"),
}
_FAILED: Final = cast("failed", JOB_STATUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedQueue:
    """The jobs of a registry on PostgreSQL; see `ledger.jobs.queue.Queue`.

    Attributes:
        writer: The ledger's write engine.
        reader: Its read engine.
        url: Where workers connect to.
        lease_s: How long a worker keeps its jobs without a sign of life.
    """

    writer: Engine
    reader: Engine
    url: str
    lease_s: float = LEASE_S

    def defer(
        self, connection: Connection, task: Task[Given], arguments: Given, *, queue: str = COMMON
    ) -> int:
        """Make a job in the caller's transaction; one that waits already with its key is it."""
        key = task.key_of(arguments)
        # Two who make the same job at once: the second sees the first one's.
        lock = func.pg_advisory_xact_lock(func.hashtextextended(key, 0))
        connection.execute(select(lock))
        asked = select(_JOB.id).where(
            _JOB.lock == key, _JOB.status == "todo", _JOB.queue_name == queue
        )
        known = connection.execute(asked.limit(1)).scalar_one_or_none()
        if known is not None:
            return int(known)
        job = LibraryJob(
            queue=queue,
            # Who waits to do a job himself goes before those that wait for any worker.
            priority=0 if queue == COMMON else 1,
            lock=key,
            queueing_lock=None,
            task_name=task.name,
            task_kwargs={"arguments": written(arguments)},
        )
        driver = connection.connection.driver_connection
        made = JobManager(SyncPsycopgConnector()).defer_job(job, connection=driver)
        return int(made.id or 0)

    def add(self, task: Task[Given], arguments: Given, *, queue: str = COMMON) -> int:
        """Make a job in a transaction of its own."""
        with self.writer.begin() as connection:
            return self.defer(connection, task, arguments, queue=queue)

    def tell(self, claim: Claim, done: int, total: int) -> bool:
        """Write down how far a job is; say whether it is still this worker's."""
        with self.writer.begin() as connection:
            held = self._hold(connection, claim)
            if held:
                notes.write(connection, claim.job, done=done, total=total)
            return held

    def note_end(self, claim: Claim, outcome: Outcome) -> None:
        """Write down how a try ended, if the job is still this worker's."""
        if outcome.end in (End.LOST, End.HANDED_BACK):
            return
        failures = 0 if outcome.end is End.DONE else claim.failures + 1
        with self.writer.begin() as connection:
            if not self._hold(connection, claim):
                return
            if outcome.is_kept:
                notes.write(connection, claim.job, text=outcome.text, failures=failures)
            else:
                notes.forget(connection, [claim.job])

    def failures_of(self, job: int) -> int:
        """Return how often a job has failed."""
        with self.reader.connect() as connection:
            return notes.failures_of(connection, job)

    def job(self, number: int) -> Job:
        """Return a job."""
        found = self._asked(_JOB.id == number, 1)
        if not found:
            raise JobUnknownError(f"there is no job {number}")
        return found[0]

    def jobs(self, *, state: State | None = None, before: int = 0, limit: int = 100) -> list[Job]:
        """Return jobs, the newest first, below a number."""
        wanted: list[Any] = [_JOB.status.in_(_STATUSES[state])] if state is not None else []
        if before:
            wanted.append(_JOB.id < before)
        return self._asked(and_(true(), *wanted), limit)

    def alive(self, key: str) -> list[Job]:
        """Return the jobs with a key that wait, run or are dead letters."""
        return self._asked(and_(_JOB.lock == key, _JOB.status != "succeeded"), 100)

    def retry(self, number: int) -> None:
        """Let a dead letter be tried again from the start, or a waiting job at once."""
        at_once = update(procrastinate_jobs).where(_JOB.id == number, _JOB.status == "todo")
        with self.writer.begin() as connection:
            if connection.execute(at_once.values(scheduled_at=None)).rowcount == 0:
                self._again(connection, and_(_JOB.id == number, _JOB.status == "failed"), number)
            notes.write(connection, number, failures=0)

    def drop(self, number: int) -> None:
        """Remove a job that does not run."""
        with self.writer.begin() as connection:
            gone = connection.execute(
                delete(procrastinate_jobs).where(_JOB.id == number, _JOB.status != "doing")
            )
            if gone.rowcount == 0:
                raise JobUnknownError(f"there is no job {number} that does not run")
            notes.forget(connection, [number])

    def forget_done(self, before_us: int) -> int:
        """Remove the jobs that were done before a moment; return how many."""
        before = datetime.fromtimestamp(before_us / 1e6, tz=UTC)
        old = select(procrastinate_events.c.job_id).where(
            procrastinate_events.c.type == "succeeded", procrastinate_events.c.at < before
        )
        statement = delete(procrastinate_jobs).where(_JOB.status == "succeeded", _JOB.id.in_(old))
        with self.writer.begin() as connection:
            numbers = list(connection.execute(statement.returning(_JOB.id)).scalars())
            notes.forget(connection, numbers)
        return len(numbers)

    def free_left_behind(self, tasks: Tasks) -> int:
        """Let the jobs of dead workers wait again; return how many.

        Each is locked and looked at again in this transaction: another process may have freed it,
        and a third begun it, since.
        """
        worker = procrastinate_workers.c
        alive = select(worker.id).where(
            worker.id == _JOB.worker_id,
            worker.last_heartbeat >= func.now() - literal(timedelta(seconds=self.lease_s)),
        )
        left = select(_JOB.id, _JOB.task_name).where(_JOB.status == "doing", ~alive.exists())
        with self.writer.begin() as connection:
            rows = connection.execute(left.with_for_update(skip_locked=True)).all()
            for row in rows:
                failures = notes.failures_of(connection, row.id) + 1
                task = tasks.get(row.task_name)
                if task is not None and failed(task, failures, "").end is End.DEAD:
                    finish = func.procrastinate_finish_job_v1(row.id, _FAILED, false())
                    connection.execute(select(finish))
                else:
                    self._again(connection, _JOB.id == row.id, row.id)
                notes.write(connection, row.id, failures=failures, text=SILENT)
        return len(rows)

    def _again(self, connection: Connection, held: Any, number: int) -> None:
        found = connection.execute(select(_JOB.id).where(held).with_for_update()).one_or_none()
        if found is None:
            raise JobUnknownError(f"no job {number} waits or is a dead letter")
        again = func.procrastinate_retry_job_v2(number, func.now(), null(), COMMON, null())
        connection.execute(select(again))

    def _hold(self, connection: Connection, claim: Claim) -> bool:
        held = and_(
            _JOB.id == claim.job, _JOB.status == "doing", _JOB.worker_id == int(claim.worker)
        )
        asked = select(_JOB.id).where(held).with_for_update()
        return connection.execute(asked).one_or_none() is not None

    def _asked(self, wanted: Any, limit: int) -> list[Job]:
        asked = select(procrastinate_jobs).where(wanted).order_by(_JOB.id.desc()).limit(limit)
        with self.reader.connect() as connection:
            rows = connection.execute(asked).all()
            told = notes.of(connection, [row.id for row in rows])
        return [_job(row, told.get(row.id)) for row in rows]


def _job(row: Row[Any], note: Row[Any] | None) -> Job:
    state = _STATES.get(row.status, State.DEAD)
    due = row.scheduled_at
    due_us = int(due.timestamp() * 1_000_000) if due is not None else 0
    return Job(
        id=row.id,
        task=row.task_name,
        arguments=str(row.args.get("arguments", "")),
        state=state,
        done=note.done if note else 0,
        total=note.total if note else 0,
        tries=row.attempts + (state is State.RUNNING),
        failures=note.failures if note else 0,
        next_try_at_us=due_us if state is State.WAITING else None,
        text=note.text if note else "",
        updated_at_us=note.updated_at_us if note else 0,
    )
