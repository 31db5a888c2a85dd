"""`sinkledger checkpoint`, `publish`, `signer`, `signer-mark`: what leaves the ledger, signed."""

from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from api.cli.output import CommandError, console, print_json
from api.cli.place import DataOption, JsonOption, KeysOption, open_place, settings_for
from api.issuing import checkpoint_of
from ledger.lease import LeaseError
from ledger.log.tiles import TileError
from ledger.mark_restore import RestoreError, restore_marks
from ledger.publish_loop import keep_publishing
from ledger.publisher import publish, publisher_of
from ledger.quorum import PublishError
from ledger.registry import Registry
from ledger.signer import SignerError
from ledger.signer_process import listen
from ledger.store import TamperedError

FAULTS = (LeaseError, PublishError, SignerError, TamperedError, TileError)
commands = typer.Typer()


@commands.command("checkpoint")
def checkpoint(
    data: DataOption = None, keys: KeysOption = None, *, as_json: JsonOption = False
) -> None:
    """Publish once: sign size and root, write tiles, ask the witnesses, show the checkpoint."""
    registry = open_place(data, keys)
    if registry.read_only_reason is not None:
        raise CommandError(registry.read_only_reason)
    _publish(registry)
    published = checkpoint_of(registry)
    if published is None:
        raise CommandError("nothing was published; the registry has no entry yet")
    if as_json:
        print_json({"root": published.root.hex(), "size": published.size})
    else:
        console().print(f"checkpoint of {published.size} entries, root {published.root.hex()}")


def _publish(registry: Registry) -> None:
    try:
        publish(registry)
    except FAULTS as error:
        raise CommandError(str(error)) from error


@commands.command("publish")
def publish_command(
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: publish what is recorded, until Ctrl-C.")
    ] = False,
) -> None:
    """Publish the log: once, or for as long as this runs."""
    registry = open_place(data, keys)
    if registry.read_only_reason is not None:
        raise CommandError(registry.read_only_reason)
    if not watch:
        _publish(registry)
        return
    try:
        with publisher_of(registry) as publisher:
            keep_publishing(publisher, Event(), console().print)
    except FAULTS as error:
        raise CommandError(str(error)) from error


@commands.command("signer")
def signer(
    socket: Annotated[Path, typer.Argument(help="The UNIX socket to listen on.")],
    keys: KeysOption = None,
) -> None:
    """Sign for publishers that have no keys: run this as another user, named by SINKLEDGER_SIGNER.

    The key folder then holds log*.skey and SIGNER_MARK, and nobody else can read it.
    """
    settings = settings_for(None, keys)
    console().print(f"signing at {socket}  (stop with Ctrl-C)")
    listen(settings.keys, socket)


@commands.command("signer-mark")
def signer_mark(
    source: Annotated[Path, typer.Argument(help="The newest checkpoint that anybody has.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    no_newer: Annotated[
        bool,
        typer.Option("--no-newer", help="Without witnesses: no newer checkpoint was ever signed."),
    ] = False,
) -> None:
    """Make lost marks again from a checkpoint that at least two witnesses have cosigned."""
    registry = open_place(data, keys)
    try:
        restored = restore_marks(registry, source.read_bytes(), confirmed=no_newer)
    except RestoreError as error:
        raise CommandError(str(error)) from error
    console().print(f"the marks now know {restored.size} signed entries; open the registry again")
