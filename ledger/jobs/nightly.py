"""What is due every night: once for each day of UTC+8, whichever of several processes is first."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.database.side_tables import side_nightly
from ledger.jobs.queue import Queue
from ledger.jobs.task import Task

_DAY: Final = timedelta(days=1)


def day_of(now_us: int, hour: int) -> int:
    """Return the newest day (days since 1970-01-01 in UTC+8) whose night has come by `hour`."""
    moment = datetime.fromtimestamp(now_us / 1_000_000, tz=UTC) + timedelta(hours=8 - hour)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _DAY


def add(queue: Queue, task: Task[Any], day: int) -> int | None:
    """Make the job of a night, once for each day; nothing if that night's was made already."""
    with queue.reader.connect() as connection:
        if is_past(connection, task.name, day):
            return None
    with queue.writer.begin() as connection:
        if not take(connection, task.name, day):
            return None
        return queue.defer(connection, task, task.arguments())


def is_past(connection: Connection, task: str, day: int) -> bool:
    """Say whether a day's night was taken."""
    asked = select(side_nightly.c.day).where(side_nightly.c.task == task)
    known = connection.execute(asked).scalar_one_or_none()
    return known is not None and known >= day


def take(connection: Connection, task: str, day: int) -> bool:
    """Take a day's night for a task; say whether there is something to do.

    A night that nobody worked is made up for in the next process that does. The first night ever
    is only noted: a new registry has nothing to look back on.
    """
    later = update(side_nightly).where(side_nightly.c.task == task, side_nightly.c.day < day)
    if connection.execute(later.values(day=day)).rowcount == 1:
        return True
    if not is_past(connection, task, day):
        with connection.begin_nested() as attempt:
            try:
                connection.execute(insert(side_nightly).values(task=task, day=day))
            except IntegrityError:
                attempt.rollback()  # another process was faster
    return False
