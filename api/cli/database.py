"""`sinkledger database …`: tables and rights in PostgreSQL, by whoever owns the database."""

from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.cli.output import CommandError, console
from api.cli.place import DataOption, settings_for
from ledger.database import roles
from ledger.database.engine import open_writer
from ledger.schema import give_rights, prepare_database

commands = typer.Typer()
database = typer.Typer(
    help="Make tables and rights in PostgreSQL, as the database's owner.", no_args_is_help=True
)
commands.add_typer(database, name="database")


@database.command("init")
def init(data: DataOption = None) -> None:
    """Make or bring up to date all tables; nodes then need no right to do so.

    Run it as the owner, before the first node and before a new version.
    """
    engine = _owner(data)
    try:
        prepare_database(engine)
    except SQLAlchemyError as error:
        raise CommandError(f"the tables cannot be made: {_cause(error)}") from error
    finally:
        engine.dispose()
    console().print("all tables are as this version needs them")


@database.command("roles")
def show_roles(
    data: DataOption = None,
    *,
    execute: Annotated[
        bool, typer.Option("--execute", help="Run the statements instead of showing them.")
    ] = False,
) -> None:
    """Show, or run, what gives the nodes' role its rights: rows yes, tables and the past no.

    Then let a login be a member of the role, and name that login in SINKLEDGER_DATABASE_URL.
    """
    if not execute:
        typer.echo("\n".join(f"{statement};" for statement in roles.grants()))
        return
    engine = _owner(data)
    try:
        give_rights(engine)
    except SQLAlchemyError as error:
        raise CommandError(f"the rights cannot be given: {_cause(error)}") from error
    finally:
        engine.dispose()
    console().print(f"the role {roles.APP_ROLE} may add to the log and change no entry")


def _owner(data: DataOption) -> Engine:
    settings = settings_for(data)
    if settings.postgres_url is None:
        raise CommandError("SINKLEDGER_DATABASE_URL names no PostgreSQL database")
    return open_writer(settings)


def _cause(error: SQLAlchemyError) -> object:
    return getattr(error, "orig", None) or error
