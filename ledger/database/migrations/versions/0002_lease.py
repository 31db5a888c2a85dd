"""The lease: one process at a time publishes."""

import sqlalchemy as sa
from alembic import op

from ledger.database.columns import Bytewise, Whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; it holds no row before the first holder."""
    op.create_table(
        "side_lease",
        sa.Column("name", Bytewise, primary_key=True),
        sa.Column("epoch", Whole, nullable=False),
        sa.Column("holder", Bytewise, nullable=False),
        sa.Column("until_us", Whole, nullable=False),
    )
