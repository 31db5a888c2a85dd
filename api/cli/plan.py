"""The founders' plan file, which `pki init` and `init` read."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.draft_file import read_body
from api.cli.output import CommandError
from api.founding import FoundingPlan

PlanOption = Annotated[
    Path,
    typer.Option(
        "--plan", help="JSON: origin, environment, policy_basis, name and issuer {zh, en}."
    ),
]


def read_plan(path: Path) -> FoundingPlan:
    """Read what the founders decided.

    Raises:
        CommandError: the file has another form.
    """
    given = read_body(path, [])
    name, issuer = given.get("name"), given.get("issuer")
    if not isinstance(name, dict) or not isinstance(issuer, dict):
        raise CommandError(f"{path}: name and issuer are objects with zh and en")
    return FoundingPlan(
        origin=str(given.get("origin")),
        environment=str(given.get("environment")),
        name=name,
        issuer=issuer,
        policy_basis=str(given.get("policy_basis")),
    )
