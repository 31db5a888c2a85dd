"""Who may do what in PostgreSQL: the owner makes tables, the role of the nodes writes rows.

A node cannot change or remove what the log holds, nor any table: not by a fault of ours, not by a
stolen password. The owner's name is needed for migrations and for rebuilding projections only.
"""

from typing import Final

from sqlalchemy import Connection, text

from ledger.database.tables import LOG_METADATA, VAULT

APP_ROLE: Final = "sinkledger_app"
_SCHEMAS: Final = f"public, {VAULT}"


def grants() -> tuple[str, ...]:
    """Return the statements that make the nodes' role and give it exactly its rights."""
    logs = ", ".join(table.name for table in LOG_METADATA.sorted_tables)
    exists = f"SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}'"
    return (
        f"DO $$BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE {APP_ROLE}; END IF; END$$",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        *_rights(logs),
    )


def grant(connection: Connection) -> None:
    """Give the nodes' role its rights on tables that are new; nothing where there is no role."""
    found = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
    if connection.execute(found, {"name": APP_ROLE}).scalar_one():
        for statement in grants()[2:]:
            connection.execute(text(statement))


def _rights(logs: str) -> tuple[str, ...]:
    return (
        f"GRANT USAGE ON SCHEMA {_SCHEMAS} TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {_SCHEMAS} TO {APP_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {_SCHEMAS} TO {APP_ROLE}",
        f"REVOKE ALL ON {logs}, alembic_version FROM {APP_ROLE}",
        f"GRANT SELECT, INSERT ON {logs} TO {APP_ROLE}",
        f"GRANT SELECT ON alembic_version TO {APP_ROLE}",
    )
