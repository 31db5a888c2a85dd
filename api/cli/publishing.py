"""`sinkledger checkpoint`, `publish`, `signer`, `signer-mark`: what leaves the ledger, signed."""

from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from api.cli.given import content_of
from api.cli.ledger import progress_bar
from api.cli.output import CommandError, console, print_json
from api.cli.place import DataOption, JsonOption, KeysOption, open_place, settings_for
from api.due import due
from api.issuing import checkpoint_of
from api.static_site import site_files
from api.working import working
from ledger.clock import clock_us
from ledger.log.note import NOTE_SIZE_MAX
from ledger.log.tiles import TileError
from ledger.publish.lease import LeaseError
from ledger.publish.loop import keep_publishing
from ledger.publish.mark_restore import RestoreError, restore_marks
from ledger.publish.publisher import publish, publisher_of
from ledger.publish.quorum import PublishError
from ledger.publish.replicate import replicate
from ledger.publish.signer import SignerError
from ledger.publish.signer_process import listen
from ledger.publish.targets import TargetError, open_target
from ledger.registry import Registry
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
    to: Annotated[
        str | None,
        typer.Option("--to", help="Copy what is published to a folder, or s3://bucket/prefix."),
    ] = None,
) -> None:
    """Publish the log: once, for as long as this runs, or as files at another place.

    A copy is served by any static server or object storage. An S3 endpoint and its credentials are
    named by AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION.
    """
    registry = open_place(data, keys)
    if to is not None:
        _copy(registry, to)
        return
    if registry.read_only_reason is not None:
        raise CommandError(registry.read_only_reason)
    if not watch:
        _publish(registry)
        return
    try:
        with (
            due(registry, console().print) as turn,
            publisher_of(registry, turn) as publisher,
            working(registry, console().print),
        ):
            keep_publishing(publisher, Event(), console().print)
    except FAULTS as error:
        raise CommandError(str(error)) from error


def _copy(registry: Registry, to: str) -> None:
    with progress_bar() as bar:
        task = bar.add_task("copying", total=None)
        try:
            shown, written = replicate(
                registry,
                open_target(to),
                site_files(registry, clock_us()),
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        except (*FAULTS, TargetError) as error:
            raise CommandError(str(error)) from error
    console().print(f"{shown.size} entries at {to}, {written} log files new")


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
        restored = restore_marks(registry, content_of(source, NOTE_SIZE_MAX), confirmed=no_newer)
    except RestoreError as error:
        raise CommandError(str(error)) from error
    console().print(f"the marks now know {restored.size} signed entries; open the registry again")
