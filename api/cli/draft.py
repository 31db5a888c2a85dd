"""`sinkledger order draft …`: one command per order kind, from a body or from measured data."""

import json
from pathlib import Path

import typer

from api.cli import computed
from api.cli.draft_file import (
    DAY_US,
    ActorOption,
    BodyOption,
    DaysOption,
    OutOption,
    SetOption,
    TemplateOption,
    read_body,
    usual_actor,
    write,
)
from api.cli.output import CommandError
from api.cli.place import DataOption, desk_of, open_place
from api.drafting.bodies import example_body
from api.drafting.draft import draft_order
from api.text.refusals import explain
from contracts.form import Form
from contracts.refusal import Refused
from contracts.v1.ruleset import RULES

commands = typer.Typer(help="Draft an order: one command per kind.", no_args_is_help=True)


def _add(kind: str) -> None:
    summary = f"Draft {kind}: --template prints an example body, docs/RULES.md has the rule."

    @commands.command(kind, help=summary)
    def command(
        body: BodyOption = None,
        fields: SetOption = None,
        actor: ActorOption = None,
        out: OutOption = Path("draft.order"),
        data: DataOption = None,
        days: DaysOption = 30,
        *,
        template: TemplateOption = False,
    ) -> None:
        if template:
            typer.echo(json.dumps(example_body(kind), ensure_ascii=False, indent=2))
            return
        desk = desk_of(open_place(data))
        content = read_body(body, fields or [])
        try:
            RULES[kind].read(Form(content))
        except Refused as refused:
            raise CommandError(f"{refused.code.value}: {explain(refused, 'en')}") from refused
        who = actor or usual_actor(content)
        write(draft_order(desk, kind, who, content, life_us=days * DAY_US), out)


for _kind in RULES:
    if _kind not in computed.KINDS:
        _add(_kind)
commands.registered_commands.extend(computed.commands.registered_commands)
