"""Which runner a registry has: the database decides."""

from threading import Event
from typing import Final

import psycopg
from procrastinate.exceptions import ProcrastinateException
from sqlalchemy.exc import SQLAlchemyError

from ledger.jobs.embedded import EmbeddedQueue
from ledger.jobs.embedded_worker import EmbeddedWorker
from ledger.jobs.performing import told_of
from ledger.jobs.queue import Crew
from ledger.jobs.shared import SharedQueue
from ledger.jobs.shared_worker import SharedWorker
from ledger.registry import Registry

FAULTS: Final = (OSError, ProcrastinateException, SQLAlchemyError, psycopg.Error)
"""What a database does to those who work on it, and what passes."""

PAUSE_S: Final = 5.0


def queue_of(registry: Registry) -> EmbeddedQueue | SharedQueue:
    """Return where a registry's jobs are kept."""
    if registry.writer.dialect.name == "postgresql":
        url = registry.settings.postgres_url or ""
        return SharedQueue(writer=registry.writer, reader=registry.reader, url=url)
    return EmbeddedQueue(writer=registry.writer, reader=registry.reader)


def work_on(queue: EmbeddedQueue | SharedQueue, crew: Crew, stop: Event) -> None:
    """Work until `stop` is set, and go on with what is in hand after what the database does."""
    worker = _worker(queue, crew, stop)
    while not stop.is_set():
        try:
            worker.run()
        except FAULTS as error:
            crew.say("jobs", f"work is interrupted: {told_of(error)}")
            stop.wait(PAUSE_S)


def work(queue: EmbeddedQueue | SharedQueue, crew: Crew, stop: Event) -> None:
    """Run jobs in this thread until `stop` is set; jobs in hand are then finished or handed back.

    If the crew says so, this ends as soon as nothing is due.
    """
    _worker(queue, crew, stop).run()


def _worker(
    queue: EmbeddedQueue | SharedQueue, crew: Crew, stop: Event
) -> EmbeddedWorker | SharedWorker:
    if isinstance(queue, SharedQueue):
        return SharedWorker(queue=queue, crew=crew, stop=stop)
    return EmbeddedWorker(queue=queue, crew=crew, stop=stop)
