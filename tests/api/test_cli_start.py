"""The command line starts fast: what a command does not need is not imported for it."""

import subprocess
import sys
from importlib import import_module

import pytest
from typer.main import get_command, get_group

from api.cli.app import COMMANDS, app
from api.cli.later import Later
from tests.support.architecture import ROOT

HEAVY = {"weasyprint", "pyhanko", "shapely", "sqlalchemy", "fastapi"}


def commands() -> dict[str, object]:
    return dict(get_command(app).commands)  # type: ignore[attr-defined] # of a group


@pytest.mark.parametrize("module", COMMANDS)
def test_the_table_names_every_command_of_a_module(module: str) -> None:
    assert set(COMMANDS[module]) == set(get_group(import_module(module).commands).commands)


def test_every_module_with_commands_is_in_the_table() -> None:
    inner = {"api.cli.draft", "api.cli.computed"}  # below `order`
    paths = (ROOT / "api/cli").glob("*.py")
    having = {f"api.cli.{path.stem}" for path in paths if "\ncommands = typer" in path.read_text()}
    assert having - inner == set(COMMANDS)


@pytest.mark.parametrize("name", commands())
def test_the_list_says_what_a_command_says_of_itself(name: str) -> None:
    later = commands()[name]
    assert isinstance(later, Later)
    real = later.real()
    assert later.hidden == real.hidden
    assert later.hidden or later.get_short_help_str(200) == real.get_short_help_str(200)


def test_the_list_of_commands_needs_nothing_heavy() -> None:
    start = (
        "import sys; from api.cli.app import app; "
        "app(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "witness" in answer.stdout
    assert HEAVY & set(answer.stdout.split()) == set()
