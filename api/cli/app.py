"""The `sinkledger` command: its groups and commands, and how failures end it."""

import sys

import typer

from api.cli import (
    anchors,
    certificates,
    keys,
    ledger,
    mirror,
    orders,
    publishing,
    recompute,
    registry,
    service,
    state,
    witness,
)
from api.cli.output import CommandError, console_error

app = typer.Typer(
    name="sinkledger",
    help="SinkLedger 碳汇账本: the registry of Baotou's carbon sinks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
GROUPS = (
    anchors,
    orders,
    registry,
    keys,
    publishing,
    ledger,
    recompute,
    certificates,
    service,
    witness,
    mirror,
)
for group in GROUPS:
    app.add_typer(group.commands)
app.add_typer(state.commands, name="state")


def main() -> None:
    """Run the command; an expected failure is one sentence and exit code 1 or 2."""
    try:
        app()
    except CommandError as error:
        console_error(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        # A file that a person named: missing, a folder, or not theirs to read.
        console_error(f"{error.filename}: {error.strerror}")
        sys.exit(2)
