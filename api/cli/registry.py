"""`sinkledger init`: found a registry."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api.cli.draft_file import read_body, write
from api.cli.output import CommandError, console
from api.cli.place import DataOption, KeysOption, settings_for
from api.cli.plan import PlanOption, read_plan
from api.drafting.accounts import PersonPlan, new_person, seal_record
from api.drafting.draft import Desk
from api.founding import FoundingError, draft_opening, make_anchors
from api.keys import KeyFileError
from api.rotation import RotationError, predecessor_of
from certificates.trust import TrustError
from ledger import rulesets
from ledger.clock import clock_us
from ledger.database.engine import is_founded
from ledger.registry import open_registry

commands = typer.Typer()


@commands.command("init")
def init(
    plan: PlanOption,
    officer: Annotated[
        list[str],
        typer.Option("--officer", help="ROLE:PUBLIC_KEY_HEX:RECORD.json, once per officer."),
    ],
    data: DataOption = None,
    keys: KeysOption = None,
    out: Annotated[Path, typer.Option("--out")] = Path("registry-open.order"),
    successor_of: Annotated[
        Path | None,
        typer.Option("--successor-of", help="Old data or log folder, or its last checkpoint."),
    ] = None,
    predecessor_policy: Annotated[
        Path | None, typer.Option("--predecessor-policy", help="Default: the old folder's.")
    ] = None,
) -> None:
    """Make keys of a new registry and draft entry 0 for its officers, after 'pki init'.

    Every officer then signs the file with their own key ('order sign'), and 'order submit' opens
    the registry. Back the key folder up apart from the data folder.
    """
    founding = read_plan(plan)
    predecessor = _predecessor(successor_of, predecessor_policy, founding.origin)
    founding = replace(founding, predecessor=predecessor)
    settings = settings_for(data, keys)
    if is_founded(settings):
        place = "the database" if settings.postgres_url else settings.database
        raise CommandError(f"{place} holds a registry; a registry is never founded twice")
    moment = clock_us()
    officers = [_officer(founding.origin, item) for item in officer]
    try:
        anchors = make_anchors(settings, founding, moment)
    except (FoundingError, KeyFileError, FileExistsError, TrustError) as error:
        raise CommandError(str(error)) from error
    open_registry(settings).close()
    desk = Desk(origin=founding.origin, rules=rulesets.newest(), now_us=moment)
    write(draft_opening(desk, founding, anchors, officers), out)
    for vkey in anchors.vkeys:
        console().print(f"log key to publish: {vkey}")
    console().print(f"seal root SHA-256 to publish: {anchors.seal_root_sha256}")


def _predecessor(place: Path | None, policy: Path | None, origin: str) -> str | None:
    if place is None:
        return None
    try:
        return predecessor_of(place, policy, origin)
    except RotationError as error:
        raise CommandError(str(error)) from error


def _officer(origin: str, item: str) -> PersonPlan:
    role, key, record = [*item.split(":", 2), "", ""][:3]
    sealed = seal_record(origin, "person", read_body(Path(record), []))
    return PersonPlan(person=new_person(), key=key, roles=(role,), record=sealed)
