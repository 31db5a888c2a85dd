"""The log, which refuses to change or lose a row, and the private records beside it."""

import sqlalchemy as sa
from alembic import op

from ledger.database.columns import Bytewise, Whole

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
        sa.Column("seq", Whole, primary_key=True, autoincrement=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("actor", Bytewise, nullable=False),
        sa.Column("nonce", Bytewise, nullable=False),
        sa.Column("kind", Bytewise, nullable=False),
        sa.Column("at_us", Whole, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("nonce", "actor", name="log_entry_nonce_actor"),
    )
    op.create_table(
        "log_subtree",
        sa.Column("level", Whole, primary_key=True, autoincrement=False),
        sa.Column("position", Whole, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_changes_postgres()
    else:
        _refuse_changes_sqlite()
    _create_side_tables()


def _refuse_changes_sqlite() -> None:
    for table in LOG_TABLES:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _refuse_changes_postgres() -> None:
    # Per statement, so that a change of no row is refused too, and TRUNCATE with the others.
    op.execute(
        "CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = '42501'; END$$"
    )
    for table in LOG_TABLES:
        for change in ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()"
            )
    op.execute(f"CREATE SCHEMA IF NOT EXISTS {VAULT}")


def _create_side_tables() -> None:
    for table, subject, extra in (
        ("side_org", "org", (sa.Column("uscc", Bytewise, nullable=False, unique=True),)),
        ("side_person", "person", ()),
    ):
        op.create_table(
            table,
            sa.Column(subject, Bytewise, primary_key=True),
            *extra,
            sa.Column("commitment", Bytewise, nullable=False),
            sa.Column("salt", sa.LargeBinary, nullable=False),
            sa.Column("record", sa.LargeBinary, nullable=False),
            schema=VAULT,
        )
    op.create_table(
        "side_polygon_salt",
        sa.Column("parcel", Bytewise, primary_key=True),
        sa.Column("commitment", Bytewise, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        schema=VAULT,
    )
