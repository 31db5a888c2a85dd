"""`sinkledger mirror …`: a witness that also keeps and serves every entry of its logs."""

import threading
from pathlib import Path
from typing import Annotated

import typer

from api.cli.ledger import progress_bar
from api.cli.output import CommandError, console, print_json
from api.cli.place import JsonOption
from api.cli.witness import HOME, HomeOption, add_log, key, opened, serve, status
from api.mirror_site import write_site
from api.witness.app import introduction
from api.witness.local import system_clock
from ledger.clock import clock_us
from ledger.fetching import FetchError, static_log
from ledger.log.note import NoteError
from ledger.log.tiles import TileError
from ledger.log.witness_wire import origin_hash
from ledger.publish.targets import TargetError, open_target
from ledger.replay.recovery import RecoveryError
from ledger.store import TamperedError
from ledger.witness.cosigner import AnswerError
from ledger.witness.folder import WitnessFolder, WitnessFolderError, make_folder
from ledger.witness.mirror import Mirror
from ledger.witness.mirror_pull import BehindError, Pulled, RewrittenError, pull
from ledger.witness.mirror_store import MirrorStoreError
from ledger.witness.store import KnownLog, WitnessStoreError

EXPECTED = (
    NoteError,
    RewrittenError,
    BehindError,
    TileError,
    AnswerError,
    FetchError,
    MirrorStoreError,
    WitnessStoreError,
)
"""Why a pull may fail without a fault of ours; each says so in one sentence."""

EveryOption = Annotated[int, typer.Option(help="Seconds between two looks at each log.", min=1)]

commands = typer.Typer()
mirror = typer.Typer(help="Watch a log and keep a copy of all its entries, for everybody to read.")
commands.add_typer(mirror, name="mirror")
mirror.command("key")(key)
mirror.command("add-log")(add_log)
mirror.command("status")(status)


@mirror.command("init")
def init(
    name: Annotated[str, typer.Option(help="The witness's name, as for 'witness init'.")],
    url: Annotated[str, typer.Option(help="Public address, as logs and readers will reach it.")],
    mirror_name: Annotated[
        str | None, typer.Option("--mirror-name", help="Default: NAME/mirror.")
    ] = None,
    data: HomeOption = HOME,
) -> None:
    """Make the folder, the witness's keys and the mirror's, and print the policy lines."""
    try:
        folder = make_folder(data, name=name, url=url, mirror=mirror_name or f"{name}/mirror")
    except WitnessFolderError as error:
        raise CommandError(str(error)) from error
    console().print(f"made {data}; its keys (*.skey) never leave this machine", soft_wrap=True)
    typer.echo(introduction(folder))


@mirror.command("pull")
def pull_logs(
    data: HomeOption = HOME,
    every: EveryOption = 60,
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch what is new from every log with an address; exit 1 if one could not be followed."""
    folder = _mirror_folder(data)
    stopped = threading.Event()
    while True:
        failed = _pull_all(folder, as_json=as_json)
        if once:
            raise typer.Exit(1 if failed else 0)
        stopped.wait(every)


@mirror.command("run")
def run(
    data: HomeOption = HOME,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    every: EveryOption = 60,
) -> None:
    """Follow the logs that have an address, and answer logs and readers over HTTP."""
    folder = _mirror_folder(data)
    stopped = threading.Event()

    def follow() -> None:
        while not stopped.is_set():
            _pull_all(folder, as_json=False)
            stopped.wait(every)

    follower = threading.Thread(target=follow, daemon=True)
    follower.start()
    try:
        serve(folder, host, port)
    finally:
        stopped.set()


@mirror.command("check")
def check(data: HomeOption = HOME) -> None:
    """Read every copy from disk and compare each entry with the cosigned root."""
    folder = _mirror_folder(data)
    copies = Mirror.of(folder, system_clock)
    for log in folder.store.logs():
        try:
            entries = max(copies.copy_of(log).check(), default=0)
        except TileError as error:
            raise CommandError(f"the copy of {log.origin} is damaged: {error}") from error
        typer.echo(f"{log.origin}: {entries} entries are whole")


@mirror.command("site")
def site(
    to: Annotated[str, typer.Option("--to", help="A folder, or s3://bucket/prefix.")],
    data: HomeOption = HOME,
) -> None:
    """Write the log, a page per certificate and verify.html, for checking without the operator.

    Every order is decided again on the way. With several logs each gets a folder named by its hash.
    """
    folder = _mirror_folder(data)
    copies, logs = Mirror.of(folder, system_clock), folder.store.logs()
    for log in logs:
        place = to if len(logs) == 1 else f"{to.rstrip('/')}/{origin_hash(log.origin)}"
        size, written = _write_site(copies, log, place)
        console().print(f"{log.origin}: {size} entries at {place}, {written} log files new")


def _write_site(copies: Mirror, log: KnownLog, place: str) -> tuple[int, int]:
    """Write one log's site, with a bar; return its entries and how many log files were new."""
    with progress_bar() as bar:
        task = bar.add_task(log.origin, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        try:
            return write_site(copies, log, open_target(place), clock_us(), tell)
        except (RecoveryError, TamperedError, TargetError) as error:
            raise CommandError(f"{log.origin}: {error}") from error


def _mirror_folder(data: Path) -> WitnessFolder:
    folder = opened(data)
    if not folder.mirror_keys:
        raise CommandError(f"{data} is a witness only; 'sinkledger mirror init' makes a mirror")
    return folder


def _pull_all(folder: WitnessFolder, *, as_json: bool) -> bool:
    """Pull every log that has an address; say whether any failed."""
    failed = False
    for log in folder.store.logs():
        if log.url is None:
            continue
        try:
            pulled = _pull(folder, log, log.url)
        except EXPECTED as error:
            failed = True
            _tell_failure(log, error, as_json=as_json)
        else:
            _tell(log, pulled, as_json=as_json)
    return failed


def _pull(folder: WitnessFolder, log: KnownLog, url: str) -> Pulled:
    copies = Mirror.of(folder, system_clock)
    with static_log(url) as fetch:
        return pull(folder.witness(system_clock), copies, log, fetch)


def _tell(log: KnownLog, pulled: Pulled, *, as_json: bool) -> None:
    size = pulled.checkpoint.size
    if as_json:
        print_json({"added": pulled.added, "error": None, "origin": log.origin, "size": size})
    else:
        console().print(f"{log.origin}: {size} entries, {pulled.added} new", soft_wrap=True)


def _tell_failure(log: KnownLog, error: Exception, *, as_json: bool) -> None:
    if as_json:
        first = error.first_entry if isinstance(error, RewrittenError) else None
        print_json({"error": str(error), "first_differing_entry": first, "origin": log.origin})
    else:
        console().print(f"[bold red]{log.origin}:[/] {error}", soft_wrap=True)
