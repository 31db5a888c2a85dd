"""The era: which database server the nodes have agreed to write to."""

import sqlalchemy as sa
from alembic import op

from ledger.database.columns import Bytewise, Whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; it holds no row before the first node takes an era."""
    op.create_table(
        "side_epoch",
        sa.Column("id", Whole, primary_key=True, autoincrement=False),
        sa.Column("epoch", Whole, nullable=False),
        sa.Column("timeline", Bytewise, nullable=False),
    )
