"""Running jobs by procrastinate's worker: this process's share of all the jobs on PostgreSQL.

Procrastinate fetches, limits, listens and shows signs of life. Three things are added: a job ends
as this project's rules for retries say; a worker that lost a job cannot end it for the one that
has it now; and what dead workers left behind waits again without anybody asking for it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, Final

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job as LibraryJob
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from sqlalchemy.exc import SQLAlchemyError

from ledger.jobs.job import Claim
from ledger.jobs.performing import End, Outcome, perform, told_of
from ledger.jobs.queue import COMMON, Crew
from ledger.jobs.shared import SharedQueue
from ledger.jobs.task import Task, Work

LOOK_S: Final = 0.2
POLL_S: Final = 1.0

_MINE: Final = (
    "FROM (SELECT id FROM procrastinate_jobs WHERE id = %(job_id)s AND worker_id = %(worker_id)s"
    " AND status = 'doing' FOR UPDATE) AS mine"
)


class _EndedError(Exception):
    """Carries to procrastinate how a try ended; its text stays empty, for logs."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class _Retrying(BaseRetryStrategy):
    """Lets procrastinate do what was decided here."""

    def get_retry_decision(
        self, *, exception: BaseException, job: LibraryJob
    ) -> RetryDecision | None:
        """Return when a job is tried again; nothing if it is a dead letter."""
        del job
        if not isinstance(exception, _EndedError) or exception.outcome.end is End.DEAD:
            return None
        wait = timedelta(seconds=exception.outcome.wait_s)
        return RetryDecision(retry_at=datetime.now(UTC) + wait, queue=COMMON)


class _OwnJobs(JobManager):
    """Ends only jobs that are still this worker's; procrastinate would end them by number.

    Args:
        connector: Procrastinate's.
        forgotten: Names of tasks whose jobs are not kept when they are done.
    """

    def __init__(self, connector: PsycopgConnector, forgotten: frozenset[str]) -> None:
        super().__init__(connector)
        self._forgotten = forgotten

    async def finish_job(self, job: LibraryJob, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - the library's own signature
        """End a job for good."""
        del delete_job
        await self.connector.execute_query_async(
            query=f"SELECT procrastinate_finish_job_v1(id, %(status)s, %(delete)s) {_MINE}",
            job_id=job.id,
            worker_id=job.worker_id,
            status=status.value,
            delete=status is Status.SUCCEEDED and job.task_name in self._forgotten,
        )

    async def retry_job(
        self,
        job: LibraryJob,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Let a job wait for its next try."""
        await self.connector.execute_query_async(
            query="SELECT procrastinate_retry_job_v2("
            f"id, %(retry_at)s, %(priority)s, %(queue)s, %(lock)s) {_MINE}",
            job_id=job.id,
            worker_id=job.worker_id,
            retry_at=retry_at,
            priority=priority,
            queue=queue,
            lock=lock,
        )


@dataclass(slots=True, kw_only=True)
class SharedWorker:
    """One procrastinate worker with this project's tasks."""

    queue: SharedQueue
    crew: Crew
    stop: Event

    def run(self) -> None:
        """Work until `stop` is set, or until nothing is due if the crew says so."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        connector = PsycopgConnector(
            conninfo=self.queue.url, min_size=1, max_size=self.crew.slots + 3
        )
        app = App(connector=connector)
        tasks = self.crew.tasks.values()
        app.job_manager = _OwnJobs(connector, frozenset(t.name for t in tasks if not t.is_kept))
        for task in tasks:
            app.task(name=task.name, pass_context=True, retry=_Retrying())(self._doing(task))
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[self.crew.queue],
                    concurrency=self.crew.slots,
                    wait=not self.crew.until_empty,
                    fetch_job_polling_interval=POLL_S,
                    shutdown_graceful_timeout=self.crew.grace_s,
                    install_signal_handlers=False,
                    update_heartbeat_interval=self.queue.lease_s / 3,
                    stalled_worker_timeout=self.queue.lease_s,
                )
            )
            beside = [
                asyncio.create_task(self._stopping(working)),
                asyncio.create_task(self._freeing()),
            ]
            try:
                with suppress(asyncio.CancelledError):
                    await working
            finally:
                for one in beside:
                    one.cancel()
                await asyncio.gather(*beside, return_exceptions=True)

    async def _stopping(self, working: asyncio.Task[None]) -> None:
        while not self.stop.is_set():
            await asyncio.sleep(LOOK_S)
        working.cancel()  # procrastinate's way to ask for an orderly end

    async def _freeing(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.queue.free_left_behind, self.crew.tasks)
            except SQLAlchemyError as error:
                self.crew.say("jobs", f"jobs of dead workers wait: {told_of(error)}")
            await asyncio.sleep(self.queue.lease_s / 3)

    def _doing(self, task: Task[Any]) -> Callable[[JobContext, str], None]:
        def do(context: JobContext, arguments: str) -> None:
            number = context.job.id or 0
            claim = Claim(
                job=number,
                task=task.name,
                arguments=arguments,
                failures=self.queue.failures_of(number),
                worker=str(context.job.worker_id),
            )
            work = Work(
                registry=self.crew.registry,
                job=number,
                stop=self.stop,
                limit_s=task.limit_s,
                note=lambda done, total: self.queue.tell(claim, done, total),
            )
            outcome = perform(task, claim, work)
            self.queue.note_end(claim, outcome)
            if outcome.text and outcome.end is not End.LOST:
                self.crew.say(task.name, outcome.text)
            if outcome.end is not End.DONE:
                raise _EndedError(outcome)

        return do
