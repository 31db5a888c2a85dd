"""The log, which refuses to change or lose a row, and the private records beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

VAULT = "vault"
LOG_TABLES = ("log_entry", "log_subtree")


def upgrade() -> None:
    """Create the tables of the first version."""
    op.create_table(
        "log_entry",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at_us", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("nonce", "actor", name="log_entry_nonce_actor"),
    )
    op.create_table(
        "log_subtree",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    for table in LOG_TABLES:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
    _create_side_tables()


def _create_side_tables() -> None:
    for table, subject, extra in (
        ("side_org", "org", (sa.Column("uscc", sa.Text, nullable=False, unique=True),)),
        ("side_person", "person", ()),
    ):
        op.create_table(
            table,
            sa.Column(subject, sa.Text, primary_key=True),
            *extra,
            sa.Column("commitment", sa.Text, nullable=False),
            sa.Column("salt", sa.LargeBinary, nullable=False),
            sa.Column("record", sa.LargeBinary, nullable=False),
            schema=VAULT,
        )
    op.create_table(
        "side_polygon_salt",
        sa.Column("parcel", sa.Text, primary_key=True),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        schema=VAULT,
    )
