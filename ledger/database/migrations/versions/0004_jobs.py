"""Jobs, what is told of them, bulk orders, and whom the outbox tells.

On PostgreSQL the jobs themselves are procrastinate's, whose schema is applied here as the locked
version ships it; a test holds that version, so that a newer one comes with a migration of its own.
"""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager

from ledger.database.columns import Bytewise, Whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # The driver's own call: this is a script of many statements, with percent signs in it.
        cursor = connection.connection.cursor()
        cursor.execute(SchemaManager.get_schema())
        cursor.close()
    else:
        _create_jobs()
    _create_side_tables()


def _create_side_tables() -> None:
    op.create_table(
        "side_job_note",
        sa.Column("job", Whole, primary_key=True, autoincrement=False),
        sa.Column("done", Whole, nullable=False),
        sa.Column("total", Whole, nullable=False),
        sa.Column("failures", Whole, nullable=False),
        sa.Column("text", Bytewise, nullable=False),
        sa.Column("updated_at_us", Whole, nullable=False),
    )
    op.create_table(
        "side_nightly",
        sa.Column("task", Bytewise, primary_key=True),
        sa.Column("day", Whole, nullable=False),
    )
    op.create_table(
        "side_line",
        sa.Column("upload", Bytewise, primary_key=True),
        sa.Column("position", Whole, primary_key=True, autoincrement=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("answer", Bytewise, nullable=False),
    )
    op.create_table(
        "side_subscriber",
        sa.Column("name", Bytewise, primary_key=True),
        sa.Column("url", Bytewise, nullable=False),
        sa.Column("moment", Bytewise, nullable=False),
        sa.Column("kinds", Bytewise, nullable=False),
        sa.Column("accounts", Bytewise, nullable=False),
        sa.Column("cursor", Whole, nullable=False),
        sa.Column("is_on", Whole, nullable=False),
    )


def _create_jobs() -> None:
    op.create_table(
        "side_job",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_us", sa.Integer, nullable=False),
        sa.Column("made_at_us", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("until_us", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("side_job_state", "side_job", ["state", "due_us"])
    # The second line behind the claim's own condition.
    op.create_index(
        "side_job_running",
        "side_job",
        ["key"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
    )
