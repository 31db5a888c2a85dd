"""Making all tables of a registry, or bringing them up to date."""

from sqlalchemy import Connection, Engine, text

from ledger.database import roles
from ledger.database.engine import is_postgres, take_time
from ledger.database.migrations import migrate
from ledger.land import spatial
from ledger.replay.rebuild import create_projections


def prepare_database(owner: Engine) -> None:
    """Make or bring up to date all tables, for nodes whose role may not."""
    with owner.begin() as connection:
        take_time(connection)
        make_tables(connection)
        if is_postgres(connection):
            roles.grant(connection)


def give_rights(owner: Engine) -> None:
    """Make the nodes' role, and give it its rights on PostgreSQL."""
    with owner.begin() as connection:
        for statement in roles.grants():
            connection.execute(text(statement))


def make_tables(connection: Connection) -> None:
    """Make what is missing, inside the caller's transaction."""
    migrate(connection)
    spatial.create_index(connection)
    create_projections(connection)
