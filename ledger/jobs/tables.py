"""Where jobs are kept: `side_job` on SQLite; on PostgreSQL procrastinate's tables, as read here."""

from typing import Final

from procrastinate.jobs import Status
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    column,
    table,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB

side_job: Final = Table(
    "side_job",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("task", Text),
    Column("arguments", Text),
    Column("key", Text),
    Column("queue", Text),
    Column("state", Text),
    Column("tries", Integer),
    Column("due_us", Integer),
    Column("made_at_us", Integer),
    Column("worker", Text),
    Column("until_us", Integer),
)
"""A job; `key` is what only one running job may have, `until_us` the end of its worker's lease."""

JOB_STATUS: Final = ENUM(
    *(one.value for one in Status), name="procrastinate_job_status", create_type=False
)
EVENT_TYPE: Final = ENUM("succeeded", name="procrastinate_job_event_type", create_type=False)
"""Only the one that is asked for; none is ever read."""

procrastinate_jobs: Final = table(
    "procrastinate_jobs",
    column("id", BigInteger),
    column("queue_name", Text),
    column("task_name", Text),
    column("lock", Text),
    column("args", JSONB),
    column("status", JOB_STATUS),
    column("scheduled_at", DateTime(timezone=True)),
    column("attempts", Integer),
    column("worker_id", BigInteger),
)

procrastinate_workers: Final = table(
    "procrastinate_workers",
    column("id", BigInteger),
    column("last_heartbeat", DateTime(timezone=True)),
)

procrastinate_events: Final = table(
    "procrastinate_events",
    column("job_id", BigInteger),
    column("type", EVENT_TYPE),
    column("at", DateTime(timezone=True)),
)
