"""`sinkledger witness …`: another organisation's watch over a log, in a folder of its own."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.cli.given import listening_at, policy_of
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import JsonOption
from api.witness.app import create_app, introduction
from api.witness.local import system_clock
from ledger.log.note import NoteError, Vkey, parse_vkey
from ledger.witness.evidence import kept_evidence
from ledger.witness.folder import (
    MIRROR_KEYS,
    WitnessFolder,
    WitnessFolderError,
    make_folder,
    open_folder,
)
from ledger.witness.mirror import Mirror
from ledger.witness.store import KnownLog, WitnessStoreError

HomeOption = Annotated[Path, typer.Option("--data", help="The witness's own folder.")]
HOME = Path("witness-data")

commands = typer.Typer()
witness = typer.Typer(help="Watch a log: cosign its checkpoints if they continue each other.")
commands.add_typer(witness, name="witness")


def opened(data: Path) -> WitnessFolder:
    """Open the folder of a witness.

    Raises:
        CommandError: there is none, or it cannot be used.
    """
    try:
        return open_folder(data)
    except WitnessFolderError as error:
        raise CommandError(str(error)) from error


@witness.command("init")
def init(
    name: Annotated[str, typer.Option(help="Such as witness.example.org/w1; never changes.")],
    url: Annotated[str, typer.Option(help="Public address, as logs will reach it.")],
    data: HomeOption = HOME,
) -> None:
    """Make the folder and both keys, and print the lines that a log's policy needs."""
    try:
        folder = make_folder(data, name=name, url=url)
    except WitnessFolderError as error:
        raise CommandError(str(error)) from error
    console().print(f"made {data}; its keys (*.skey) never leave this machine", soft_wrap=True)
    typer.echo(introduction(folder))


@witness.command("key")
def key(data: HomeOption = HOME, *, as_json: JsonOption = False) -> None:
    """Print the public keys and the policy lines again."""
    folder = opened(data)
    if as_json:
        texts = [one.vkey.to_text() for one in folder.keys]
        mirror = [one.vkey.to_text() for one in folder.mirror_keys]
        print_json({"mirror_vkeys": mirror, "url": folder.url, "vkeys": texts})
    else:
        typer.echo(introduction(folder))


@witness.command("add-log")
def add_log(
    vkeys: Annotated[list[str] | None, typer.Argument(help="The log's vkeys, quoted.")] = None,
    data: HomeOption = HOME,
    policy: Annotated[
        Path | None, typer.Option(help="Or the log's policy file, whose log lines are taken.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Where the log's files are; a mirror fetches there.")
    ] = None,
) -> None:
    """Watch a log from now on; a running witness need not be restarted."""
    keys = _keys_named(vkeys or [], policy)
    if url is not None and not re.fullmatch(r"https?://[^\s?#]+", url):
        raise CommandError(f"{url!r} is no http(s) address")
    store = opened(data).store
    try:
        for origin in sorted({one.name for one in keys}):
            own = tuple(one for one in keys if one.name == origin)
            place = None if url is None else url.rstrip("/")
            store.add_log(KnownLog(origin=origin, vkeys=own, url=place))
            typer.echo(f"watching {origin} under {len(own)} key(s)")
    except WitnessStoreError as error:
        raise CommandError(str(error)) from error


def _keys_named(texts: list[str], policy: Path | None) -> tuple[Vkey, ...]:
    try:
        keys = [parse_vkey(text) for text in texts]
        if policy is not None:
            keys += [one.vkey for one in policy_of(policy).logs]
    except NoteError as error:
        raise CommandError(
            f"{error}; quote the vkey whole, or name the log's policy file with --policy"
        ) from error
    if not keys:
        raise CommandError("name the log's vkeys, or its policy file with --policy")
    return tuple(dict.fromkeys(keys))


@witness.command("run")
def run(
    data: HomeOption = HOME,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
) -> None:
    """Answer logs and monitors over HTTP until stopped."""
    serve(opened(data), host, port)


def serve(folder: WitnessFolder, host: str, port: int) -> None:
    """Run the application of a folder.

    Raises:
        CommandError: the port is taken.
    """
    listening = listening_at(host, port)
    names = " and ".join(keys[0].name for keys in (folder.keys, folder.mirror_keys) if keys)
    console().print(f"{names} at http://{host}:{port}/  (stop with Ctrl-C)", soft_wrap=True)
    app = create_app(folder, system_clock)
    config = uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False)
    uvicorn.Server(config).run([listening])


@witness.command("status")
def status(data: HomeOption = HOME, *, as_json: JsonOption = False) -> None:
    """Show what was cosigned of each log; exit 1 if a log was caught contradicting itself."""
    folder = opened(data)
    mirror = Mirror.of(folder, system_clock) if (data / next(iter(MIRROR_KEYS))).exists() else None
    logs = [_state_of(folder, log, mirror) for log in folder.store.logs()]
    evidence = [str(path) for path in kept_evidence(folder.evidence)]
    if as_json:
        print_json({"evidence": evidence, "logs": logs, "name": folder.keys[0].name})
    else:
        for state in logs:
            print_table(str(state["origin"]), _told(state))
        if not logs:
            console().print("no log is watched yet; next: sinkledger witness add-log --policy FILE")
        for path in evidence:
            console().print(f"[bold red]evidence:[/] {path}", soft_wrap=True)
    if evidence:
        raise typer.Exit(1)


def _told(state: dict[str, object]) -> list[tuple[str, str]]:
    """Return the lines for people; `--json` keeps the bare values."""
    if state["at_s"] is None:
        seen = [("cosigned", "nothing cosigned yet"), ("next", _NEXT)]
    else:
        at = datetime.fromtimestamp(int(str(state["at_s"])), tz=UTC)
        seen = [
            ("cosigned", f"{int(str(state['size'])):,} entries, {at:%Y-%m-%d %H:%M:%S} UTC"),
            ("root", str(state["root"])),
        ]
    named = [("keys of the log", str(state["keys"])), ("folder of its copy", str(state["hash"]))]
    if state["url"] is not None:
        named.append(("fetched from", str(state["url"])))
    held = [(name, f"{state[name]:,} entries") for name in ("held", "mirrored") if name in state]
    return seen + held + named


_NEXT = (
    "keep 'sinkledger witness run' going and hand the registry what 'sinkledger witness key' "
    "prints; a mirror asks by itself: 'sinkledger mirror pull --once'"
)


def _state_of(folder: WitnessFolder, log: KnownLog, mirror: Mirror | None) -> dict[str, object]:
    latest = folder.store.latest(log.origin)
    state: dict[str, object] = {
        "at_s": None if latest is None else latest.at_s,
        "hash": log.hash,
        "keys": len(log.vkeys),
        "origin": log.origin,
        "root": None if latest is None else latest.checkpoint.root.hex(),
        "size": 0 if latest is None else latest.checkpoint.size,
        "url": log.url,
    }
    if mirror is not None:
        copy = mirror.copy_of(log)
        state |= {"held": copy.next_entry(), "mirrored": copy.size()}
    return state
