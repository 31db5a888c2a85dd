"""Migrations of `log_*` and `side_*`; projections are made from the tables."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ledger.database.engine import is_postgres
from ledger.database.side_tables import SIDE_METADATA
from ledger.database.tables import VAULT

_FOLDER: Final = Path(__file__).parent
_LOCK: Final = 0x53494E4B
"""Number of the advisory lock under which nodes that start together migrate one by one."""


class NewerDatabaseError(Exception):
    """A newer version has made this database; this one could misread it."""


def migrate(connection: Connection) -> None:
    """Bring the log and side tables up to date, inside the caller's transaction.

    If we crash on the way, the transaction is rolled back and the next start begins again: DDL is
    transactional on both databases. On PostgreSQL nodes that run go on meanwhile: a migration waits
    for no lock longer than the writer's limit, and gives up rather than keep others waiting.

    Raises:
        NewerDatabaseError: it has steps that this version does not know; nothing was changed.
    """
    config = _config()
    _check_known(connection, config)
    if is_postgres(connection):
        if is_current(connection):
            return  # Whoever only runs a node need not own the tables.
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if not is_postgres(connection):
        _complete_vault(connection)


def _check_known(connection: Connection, config: Config) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerDatabaseError(
            f"a newer version has made this database (step {revision}, here {max(known)} is the "
            "last); install that version, or restore a backup of before"
        )


def _complete_vault(connection: Connection) -> None:
    """Create what the vault's file lacks.

    In WAL mode each file commits by itself: a power cut can leave the ledger's half of the first
    migration, which says that all is done, without the vault's.
    """
    tables = [table for table in SIDE_METADATA.tables.values() if table.schema == VAULT]
    SIDE_METADATA.create_all(connection, tables=tables)


def is_current(connection: Connection) -> bool:
    """Return whether every migration of this version has been made."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
