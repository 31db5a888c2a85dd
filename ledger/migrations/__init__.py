"""Migrations of `log_*` and `side_*`; projections are created from `ledger.tables` instead."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

_FOLDER: Final = Path(__file__).parent


def migrate(connection: Connection) -> None:
    """Bring the log and side tables up to date, inside the caller's transaction.

    If we crash on the way, the transaction is rolled back and the next start begins again:
    SQLite's DDL is transactional.
    """
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
