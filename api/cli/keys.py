"""`sinkledger keys log …`: which keys the log has; announcing new ones, dropping old ones."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.draft_file import write
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, desk_of, open_place
from api.rotation import (
    ALGORITHM_NAMES,
    LogKey,
    RotationError,
    announce,
    drop,
    log_keys,
    renew_policy,
)

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the log.")]
log_commands = typer.Typer(help="Keys of the log: docs/KEYS.md.", no_args_is_help=True)
key_commands = typer.Typer(help="Keys of the registry: docs/KEYS.md.", no_args_is_help=True)
key_commands.add_typer(log_commands, name="log")
commands = typer.Typer()
commands.add_typer(key_commands, name="keys")


@log_commands.command("list")
def list_command(
    data: DataOption = None, keys: KeysOption = None, *, as_json: JsonOption = False
) -> None:
    """List the log's keys: announced, held here, seen under the published checkpoint."""
    try:
        found = log_keys(open_place(data, keys))
    except RotationError as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json({"keys": [_described(key) for key in found]})
    else:
        print_table("keys of the log", [(key.vkey.key_id.hex(), _told(key)) for key in found])


def _described(key: LogKey) -> dict[str, object]:
    return {
        "algorithm": ALGORITHM_NAMES[key.vkey.alg],
        "announced": key.announced,
        "file": str(key.file) if key.file else None,
        "id": key.vkey.key_id.hex(),
        "signs": key.signs,
        "vkey": key.vkey.to_text(),
    }


def _told(key: LogKey) -> str:
    said = (
        ALGORITHM_NAMES[key.vkey.alg],
        "announced" if key.announced else "not announced",
        f"held in {key.file}" if key.file else "not held here",
        "signs the published checkpoint" if key.signs else "signs nothing published",
    )
    return ", ".join(said)


@log_commands.command("announce")
def announce_command(
    reason: ReasonOption,
    out: Annotated[Path, typer.Option("--out")] = Path("announce.order"),
    data: DataOption = None,
    keys: KeysOption = None,
) -> None:
    """Make new keys of the log and draft the order that announces them.

    An issuer and a supervisor sign it. From the next checkpoint on, old and new keys sign.
    """
    registry = open_place(data, keys)
    write(announce(registry, desk_of(registry), reason), out)


@log_commands.command("drop")
def drop_command(
    reason: ReasonOption,
    out: Annotated[Path, typer.Option("--out")] = Path("drop.order"),
    data: DataOption = None,
    keys: KeysOption = None,
) -> None:
    """Draft the order that drops all keys of the log but the newest of each algorithm."""
    registry = open_place(data, keys)
    try:
        write(drop(registry, desk_of(registry), reason), out)
    except RotationError as error:
        raise CommandError(str(error)) from error


@log_commands.command("policy")
def policy_command(data: DataOption = None, keys: KeysOption = None) -> None:
    """Write the policy file anew with the announced keys; its witnesses and quorum stay."""
    registry = open_place(data, keys)
    try:
        policy = renew_policy(registry)
    except RotationError as error:
        raise CommandError(str(error)) from error
    console().print(f"{registry.settings.policy}: {len(policy.logs)} log keys; publish it")
