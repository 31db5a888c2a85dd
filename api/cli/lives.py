"""`sinkledger certificate status` and `due`: what became of papers, and what time has decided."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.cli.output import CommandError, console, print_json
from api.cli.place import DataOption, JsonOption, KeysOption, desk_of, open_place
from api.keys import KeyFileError
from api.lives import VALID, Life, life_of
from api.overdue import OverdueError, record_due
from api.pages.view import minute
from api.stating import NotStatedError
from api.status_copies import NothingHappenedError, status_copy
from api.text.catalogue import say
from certificates.amounts import tonnes_text
from certificates.number import NumberError, parse_number
from certificates.render import RendererError
from ledger.registry import Registry
from ledger.submit import ClockError


def status(
    number: Annotated[str, typer.Argument(help="The number as the paper prints it.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    copy: Annotated[
        Path | None,
        typer.Option(help="Write a status copy (PDF) here, with the issued file attached."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell whether a certificate stands, and every entry that changed it.

    Exit 0 only if it is valid.
    """
    registry = open_place(data, keys)
    try:
        parsed = parse_number(number)
    except NumberError as error:
        raise CommandError(
            f"{number}: no certificate number; copy it again", exit_code=2
        ) from error
    if registry.books().row(f"cert/{parsed.text}") is None:
        raise CommandError(f"{parsed.text}: no file of this certificate has been recorded")
    life = life_of(registry, parsed.text)
    if as_json:
        print_json({"entries": registry.size(), "number": parsed.text, **life.to_json()})
    else:
        _show(parsed.text, life, registry.size())
    if copy is not None:
        _write_copy(registry, parsed.text, copy)
    if life.state != VALID:
        raise typer.Exit(1)


def _write_copy(registry: Registry, number: str, path: Path) -> None:
    try:
        path.write_bytes(status_copy(registry, number))
    except NothingHappenedError as error:
        raise CommandError(
            f"{number}: nothing ever happened to it; the issued file is all there is"
        ) from error
    except (NotStatedError, RendererError) as error:
        raise CommandError(str(error)) from error


def _show(number: str, life: Life, entries: int) -> None:
    heading = "good" if life.state == VALID else life.state
    console().print(f"[bold]{number}[/]  {_both(f'head_{heading}')}")
    if life.impaired_kg:
        console().print(f"{_both('life_impaired')}: {tonnes_text(life.impaired_kg)} tCO2e")
    table = Table(show_header=False, box=None)
    for event in life.events:
        reason = _both(f"reason_{event.reason}")
        table.add_row(minute(event.at_us), f"#{event.seq}", _both(f"event_{event.event}"), reason)
    for text in life.errata:
        shown = escape(f"{text.before or _both('life_none')} → {text.after}")
        table.add_row("", f"#{text.seq}", f"{_both(f'text_{text.field}')} {text.language}", shown)
    if life.events:
        console().print(table)
    console().print(f"[dim]as of entry {entries - 1} of this registry[/]")


def _both(message: str) -> str:
    return f"{say(f'page.{message}', 'zh', {})} {say(f'page.{message}', 'en', {})}"


def due(data: DataOption = None, keys: KeysOption = None, *, as_json: JsonOption = False) -> None:
    """Record what time has decided: certificates that have expired, and overdue losses."""
    registry = open_place(data, keys)
    if registry.read_only_reason is not None:
        raise CommandError(registry.read_only_reason)
    tell = (lambda _: None) if as_json else (lambda sentence: console().print(sentence))
    try:
        done = record_due(registry, desk_of(registry), tell)
    except (ClockError, KeyFileError, OverdueError) as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json({"expired": [*done.expired], "impaired_kg": done.impaired_kg})
    elif not done.expired and not done.impaired_kg:
        console().print("nothing is due")
