"""`sinkledger anchor`: have the published checkpoint dated; `anchor verify`: check every date."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.anchoring import AnchoringError, anchor, anchor_if_due
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, desk_of, open_place
from ledger.anchors.anchors import Anchor, AnchorError, check_anchor, recorded
from ledger.anchors.time_stamps import TimeStampError, read_roots
from ledger.registry import Registry

RootsOption = Annotated[
    Path | None,
    typer.Option("--roots", help="Folder of trusted *.pem; default SINKLEDGER_ANCHOR_ROOTS."),
]

anchor_commands = typer.Typer(help="Date checkpoints by an authority (RFC 3161).")
commands = typer.Typer()
commands.add_typer(anchor_commands, name="anchor")


@anchor_commands.callback(invoke_without_command=True)
def anchor_command(
    context: typer.Context,
    authority: Annotated[
        str | None,
        typer.Option("--authority", help="Its address; default SINKLEDGER_ANCHOR_URL."),
    ] = None,
    roots: RootsOption = None,
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Only when the newest anchor is a day old.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Have the published checkpoint dated, keep the answer beside the log, and record it."""
    if context.invoked_subcommand is not None:
        return
    registry = _open(data, keys, roots, authority)
    try:
        made = (anchor_if_due if if_due else anchor)(registry, desk_of(registry))
    except AnchoringError as error:
        raise CommandError(str(error)) from error
    if made is None:
        console().print("no anchor is due")
    elif as_json:
        print_json({**made.body(), "file": str(registry.settings.log / made.token)})
    else:
        console().print(f"{made.size} entries dated {_when(made)}: {made.token}")


@anchor_commands.command("verify")
def verify(
    roots: RootsOption = None,
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check the file, root and date of every anchor; exit 0 only if all were checked and hold."""
    registry = _open(data, keys, roots, None)
    try:
        trusted = read_roots(registry.settings.anchor_roots)
    except TimeStampError as error:
        raise CommandError(str(error), exit_code=2) from error
    verdicts = []
    for made in recorded(registry.books()):
        try:
            held = check_anchor(registry.settings.log, made, trusted)
            said = "holds" if held else "date not checked: no trusted roots were given"
        except AnchorError as error:
            held, said = False, str(error)
        if registry.root(made.size).hex() != made.root:
            held, said = False, f"the log has another root over {made.size} entries"
        verdicts.append({**made.body(), "ok": held, "verdict": said, "when": _when(made)})
    ok = bool(verdicts) and all(one["ok"] for one in verdicts)
    if as_json:
        print_json({"anchors": verdicts, "ok": ok})
    else:
        lines = [(f"{one['size']} entries", f"{one['when']} {one['verdict']}") for one in verdicts]
        print_table("every date holds" if ok else "NOT EVERY DATE HOLDS", lines)
    if not ok:
        raise typer.Exit(1)


def _open(
    data: Path | None, keys: Path | None, roots: Path | None, authority: str | None
) -> Registry:
    named = {"anchor_roots": roots, "anchor_url": authority}
    registry = open_place(data, keys)
    given = {name: value for name, value in named.items() if value is not None}
    return replace(registry, settings=registry.settings.model_copy(update=given))


def _when(made: Anchor) -> str:
    return datetime.fromtimestamp(made.gen_time_us / 1_000_000, tz=UTC).isoformat()
