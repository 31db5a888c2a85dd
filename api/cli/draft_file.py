"""What all draft commands share: their options, the reading of a body, the writing of a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli.given import sentence_of
from api.cli.output import CommandError, console
from api.drafting.bodies import BodyError, body_from
from api.drafting.draft import Draft, DraftError, load, save
from contracts.values import Json

DAY_US = 86_400_000_000

BodyOption = Annotated[
    Path | None, typer.Option("--body", help="JSON file with the body; '-' reads standard input.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="FIELD=VALUE into the body; dots descend, VALUE is JSON or text."),
]
OutOption = Annotated[Path, typer.Option("--out", help="The .order file to write.")]
ActorOption = Annotated[
    str | None, typer.Option("--actor", help="registrar, acct/ID or service/NAME.")
]
TemplateOption = Annotated[bool, typer.Option("--template", help="Print an example and stop.")]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=30, help="How long it stays valid.")]


def load_order(path: Path) -> Draft:
    """Read an `.order` file.

    Raises:
        CommandError: it cannot be read, or is none.
    """
    try:
        return load(path)
    except OSError as error:
        raise CommandError(sentence_of(error)) from error
    except DraftError as error:
        raise CommandError(str(error)) from error


def read_body(path: Path | None, fields: Sequence[str]) -> dict[str, Json]:
    """Read a body from a file and single fields.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        return body_from(path, fields)
    except BodyError as error:
        raise CommandError(str(error)) from error


def usual_actor(body: dict[str, Json]) -> str:
    """Return who usually acts: the account that the body names, otherwise the registrar."""
    account = body.get("account") or body.get("from")
    return f"acct/{account}" if isinstance(account, str) else "registrar"


def write(draft: Draft, out: Path) -> None:
    """Write a draft and say what comes next.

    Raises:
        CommandError: the file exists; a draft is never overwritten.
    """
    if out.exists():
        raise CommandError(f"{out} exists; choose another name with --out")
    save(draft, out)
    console().print(f"{out}: {draft.order['kind']}; next: sinkledger order sign {out} --key FILE")
