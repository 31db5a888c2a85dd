"""How commands speak: a sentence for a failure, a table for people, one JSON line for machines."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


class CommandError(Exception):
    """A command cannot do what was asked; the text says why and what to do next."""

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def console() -> Console:
    """Return the console for people: standard error, so that standard output stays clean."""
    return Console(stderr=True, highlight=False)


def console_error(message: str) -> None:
    """Say why a command failed."""
    console().print(f"[bold red]sinkledger:[/] {message}", soft_wrap=True, markup=True)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n")
    sys.stdout.flush()


def print_table(title: str, rows: Iterable[tuple[str, str]], *, to_output: bool = True) -> None:
    """Print a table of two columns."""
    table = Table(title=title, title_justify="left", show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    target = Console(highlight=False) if to_output else console()
    target.print(table)
