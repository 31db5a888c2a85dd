"""The database behind a registry: one SQLite file for one node, or PostgreSQL for several.

Everything above asks for a writer and a reader and writes SQLAlchemy Core; what the two databases
say differently stands in this folder and in `ledger.land.boxes`.
"""

from sqlalchemy import Connection, Engine

from ledger.database import postgres, sqlite
from ledger.settings import Settings


def open_writer(settings: Settings) -> Engine:
    """Return the engine that decides and appends."""
    if settings.postgres_url is not None:
        return postgres.create_write_engine(settings.postgres_url)
    return sqlite.create_write_engine(settings.database, settings.vault)


def open_reader(settings: Settings) -> Engine:
    """Return the engine for reading: every statement by itself, nothing can be written."""
    if settings.postgres_url is not None:
        return postgres.create_read_engine(settings.postgres_url)
    return sqlite.create_read_engine(settings.database, settings.vault)


def database_exists(settings: Settings) -> bool:
    """Return whether there is a registry to be opened, founded or not."""
    if settings.postgres_url is not None:
        return postgres.holds(settings.postgres_url, "SELECT to_regclass('log_entry') IS NOT NULL")
    return settings.database.exists()


def is_founded(settings: Settings) -> bool:
    """Return whether another registry must not be founded in this database."""
    if settings.postgres_url is not None and database_exists(settings):
        return postgres.holds(settings.postgres_url, "SELECT EXISTS (SELECT 1 FROM log_entry)")
    return database_exists(settings)


def is_postgres(connection: Connection) -> bool:
    """Return whether this is a connection to PostgreSQL."""
    return connection.dialect.name == "postgresql"


def take_time(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need: maintenance, not orders."""
    if is_postgres(connection):
        postgres.take_time(connection)
