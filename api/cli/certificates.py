"""`sinkledger certificate …`: issue papers, and extend them for later years."""

from typing import Annotated

import typer

from api.cli.issuing import cores, issue_all
from api.cli.lives import due, status
from api.cli.output import CommandError, console, print_json
from api.cli.place import (
    DataOption,
    JsonOption,
    KeysOption,
    desk_of,
    open_place,
)
from api.extending import extend_certificate
from api.issuing import Issued, Issuer, IssuingError
from api.issuing_plan import Plan
from api.sealing import FAILURES, authority_of, open_sealer
from certificates.render import Renderer

certificate_commands = typer.Typer(
    help="Issue and extend papers, and tell what became of them.", no_args_is_help=True
)
certificate_commands.command("due")(due)
certificate_commands.command("status")(status)
commands = typer.Typer()
commands.add_typer(certificate_commands, name="certificate")
commands.add_typer(certificate_commands, name="certificates", hidden=True)


@certificate_commands.command("issue")
def issue(
    subject: Annotated[
        str | None,
        typer.Argument(help="retire/ID, claim/ID, parcel/ID or holding/ID.", show_default=False),
    ] = None,
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="Issue every paper that is not issued yet.")
    ] = False,
    kind: Annotated[str | None, typer.Option(help="With --all: RT, CL, RG or HD only.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="With --all: processes; default: cores.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="With --all: papers at most.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Issue the next copy of a certificate, or all that have none: render, seal, store, record.

    With --all it may be stopped and run again at any moment: what is recorded is done.
    """
    if all_of_them == (subject is not None):
        raise CommandError("name one subject, or say --all", exit_code=2)
    if subject is None:
        plan = Plan(workers=workers or cores(), limit=limit)
        code = issue_all(open_place(data, keys), kind, plan, as_json=as_json)
        raise typer.Exit(code)
    if (kind, workers, limit) != (None, None, None):
        raise CommandError("--kind, --workers and --limit belong to --all", exit_code=2)
    registry = open_place(data, keys)
    try:
        sealer = open_sealer(registry.settings)
        issuer = Issuer(registry=registry, renderer=Renderer(), sealer=sealer)
        issued = issuer.issue(subject, desk_of(registry))
    except (IssuingError, *FAILURES) as error:
        raise CommandError(str(error)) from error
    _tell(issued, as_json=as_json)


@certificate_commands.command("extend")
def extend(
    named: Annotated[str, typer.Argument(help="A certificate's number, or one of its files.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Add evidence and an archive timestamp for later years, as another recorded file."""
    registry = open_place(data, keys)
    try:
        authority = authority_of(registry.settings)
        if authority is None:
            raise CommandError("no authority is named; set SINKLEDGER_ANCHOR_URL")
        extended = extend_certificate(registry, desk_of(registry), named, authority)
    except (IssuingError, *FAILURES) as error:
        raise CommandError(str(error)) from error
    _tell(extended, as_json=as_json)


def _tell(issued: Issued, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "copy": issued.copy,
                "number": issued.number,
                "path": str(issued.path),
                "recorded_seq": issued.recorded_seq,
                "sha256": issued.sha256,
            }
        )
    else:
        console().print(f"{issued.number}: {issued.path}")
