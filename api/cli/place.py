"""Which registry a command is about: a data folder on this machine."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import DatabaseError

from api.cli.output import CommandError
from api.drafting.draft import Desk
from ledger.clock import clock_us
from ledger.database.engine import database_exists
from ledger.database.migrations import NewerDatabaseError
from ledger.registry import Registry, open_registry
from ledger.rulesets import RulesMissingError
from ledger.settings import Settings
from ledger.store import TamperedError

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data folder; default SINKLEDGER_DATA.")
]
KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", help="Folder of private keys; default DATA/keys, or SINKLEDGER_KEYS."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def settings_for(data: Path | None, keys: Path | None = None) -> Settings:
    """Return the settings of a registry on this machine.

    A demonstration keeps its keys inside its data folder; there they are found without being
    named. Production keeps them elsewhere, so that a restored folder cannot bring old ones back.
    """
    try:
        settings = Settings() if data is None else Settings(data=data)
    except ValidationError as error:
        wrong = "; ".join(f"{_variable(one['loc'])}: {_words(one)}" for one in error.errors())
        raise CommandError(f"{wrong}; the settings stand in docs/OPERATING.md") from error
    if keys is not None:
        return settings.model_copy(update={"keys": keys})
    inside = settings.data / "keys"
    return settings.model_copy(update={"keys": inside}) if inside.is_dir() else settings


def _variable(place: tuple[int | str, ...]) -> str:
    return f"SINKLEDGER_{'_'.join(map(str, place))}".upper()


def _words(wrong: ErrorDetails) -> str:
    # Before our own words pydantic would say "Value error".
    return str(wrong.get("ctx", {}).get("error", wrong["msg"]))


def open_place(data: Path | None, keys: Path | None = None) -> Registry:
    """Open a registry on this machine.

    Raises:
        CommandError: there is none.
    """
    settings = settings_for(data, keys)
    if not database_exists(settings):
        raise CommandError(
            f"there is no registry in {settings.data}; name one with --data, "
            "or make one with 'sinkledger init' or 'sinkledger demo'"
        )
    try:
        return open_registry(settings)
    except (NewerDatabaseError, RulesMissingError, TamperedError) as error:
        raise CommandError(str(error)) from error
    except DatabaseError as error:
        raise CommandError(
            f"the databases in {settings.data} cannot be used ({error.orig}); check the disk and "
            "who owns the files, or put the newest backup back: docs/OPERATING.md"
        ) from error


def desk_of(registry: Registry) -> Desk:
    """Return the drafter's desk of an open registry, at this moment.

    Raises:
        CommandError: the registry has no entry yet.
    """
    books = registry.books()
    row, active = books.row("registry"), books.row("rules/active")
    if row is None or active is None:
        raise CommandError("the registry is not open yet; submit its registry.open order first")
    return Desk(origin=str(row["origin"]), rules=str(active["hash"]), now_us=clock_us())
