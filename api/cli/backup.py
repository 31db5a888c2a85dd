"""`sinkledger backup …`: take a registry's backup while it works, prove it, and restore it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli.given import all_or_nothing, policy_of
from api.cli.ledger import progress_bar
from api.cli.output import CommandError, console, print_json
from api.cli.place import DataOption, JsonOption, KeysOption, settings_for
from ledger.backup.contents import About, BackupError
from ledger.backup.create import create_backup, prune
from ledger.backup.restore import (
    restore_and_catch_up,
    restore_backup,
    restore_keys,
    verify_backup,
)
from ledger.clock import clock_us
from ledger.database.engine import database_exists
from ledger.fetching import static_log
from ledger.replay.recovery import RecoveryError
from ledger.settings import Settings

commands = typer.Typer()
backup = typer.Typer(
    help="Take, prove and restore backups, while the registry works.", no_args_is_help=True
)
commands.add_typer(backup, name="backup")

BackupArgument = Annotated[Path, typer.Argument(help="One backup: what 'create' printed.")]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="An empty database, for a backup of PostgreSQL."),
]


@backup.command("create")
def create(
    folder: Annotated[Path, typer.Argument(help="Where backups lie; each is a folder in it.")],
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Remove all but so many of the newest.")
    ] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Private keys as well: guard such a backup.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Back a registry up while it works; nothing is left if it fails."""
    settings = settings_for(data, keys)
    if not database_exists(settings):
        raise CommandError(f"there is no registry in {settings.data}; name one with --data")
    with _failing():
        made, about = create_backup(settings, folder, now_us=clock_us(), with_keys=with_keys)
    gone = [] if keep is None else prune(folder, keep)
    if as_json:
        print_json({**_shown(about), "backup": str(made), "removed": [str(one) for one in gone]})
    else:
        typer.echo(made)
        console().print(f"{about.size} entries; prove it: sinkledger backup verify {made}")


@backup.command("verify")
def verify(
    folder: BackupArgument,
    scratch: Annotated[
        Path | None, typer.Option(help="Where there is room for a copy; default beside it.")
    ] = None,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup aside and audit it from entry 0; exit 0 only if everything holds."""
    with _failing(), progress_bar() as bar:
        report = verify_backup(
            folder,
            scratch or folder.parent,
            database_url=database,
            progress=_on(bar.add_task("verifying", total=None), bar.update),
        )
    if as_json:
        findings = [{"what": found.what, "where": found.where} for found in report.findings]
        print_json({"entries": report.entries, "findings": findings, "ok": report.ok})
    else:
        for found in report.findings:
            console().print(f"{found.where}: {found.what}", markup=False)
        holds = "成立 holds" if report.ok else "不成立 DOES NOT HOLD"
        typer.echo(f"{folder}: {report.entries} entries · {holds}")
    if not report.ok:
        raise typer.Exit(1)


@backup.command("restore")
def restore(
    folder: BackupArgument,
    data: Annotated[Path, typer.Option("--data", help="The new, empty data folder.")],
    keys: Annotated[
        Path | None,
        typer.Option("--keys", help="Put keys that are in the backup into this folder."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", help="A newer static log, folder or address: catch up from it."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="With --from: whose signatures you trust.")
    ] = None,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Make a registry from a backup, and with --from everything that was published since."""
    if (source is None) != (policy is None):
        raise CommandError("--from and --policy go together", exit_code=2)
    settings = Settings(data=data, keys=data / "keys", database_url=database)
    with all_or_nothing(data), _failing():
        size = _restore(folder, settings, source, policy)
        restored = [] if keys is None else restore_keys(folder, keys)
    if as_json:
        print_json({"data": str(data), "entries": size, "keys": restored})
    else:
        console().print(f"{size} entries in {data}; open it with the keys and marks of before")


def _restore(folder: Path, settings: Settings, source: str | None, policy: Path | None) -> int:
    if source is None or policy is None:
        return restore_backup(folder, settings).size
    trusted = policy_of(policy)
    with static_log(source) as fetch, progress_bar() as bar:
        progress = _on(bar.add_task("restoring", total=None), bar.update)
        made = restore_and_catch_up(folder, settings, fetch, trusted, progress)
    return made.verdict.checkpoint.size


def _on(task: object, update: Callable[..., None]) -> Callable[[int, int], None]:
    return lambda done, total: update(task, completed=done, total=total or None)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (BackupError, RecoveryError) as error:
        raise CommandError(str(error)) from error


def _shown(about: About) -> dict[str, object]:
    return {
        "checkpoint_at_us": about.checkpoint_at_us,
        "database": about.database,
        "entries": about.size,
        "keys": about.keys,
        "made_at_us": about.made_at_us,
        "origin": about.origin,
        "root": about.root,
    }
