"""`sinkledger audit`, `export`, `import`: replay the ledger, carry it away, take it in."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.given import (
    all_or_nothing,
    check_replaceable,
    content_of,
    policy_of,
    sentence_of,
)
from api.cli.output import CommandError, console, print_json, print_table
from api.cli.place import DataOption, JsonOption, KeysOption, open_place, settings_for
from api.cli.snapshots import audit_snapshot
from ledger.audit.audit import AuditReport, Outside, audit
from ledger.audit.kept import read_kept
from ledger.database.engine import database_exists
from ledger.export import LedgerFileError, export_ledger, import_ledger
from ledger.log.merkle import ProofError
from ledger.registry import open_registry
from ledger.settings import Settings
from ledger.vault_import import VaultImportError, import_vault

FINDINGS_SHOWN = 40
EXPORT_BEGINS = b'{"at_us":'
VAULT_BEGINS = b"SQLite format 3\0"
SIGNS_OF_A_REGISTRY = ("ledger.db", "vault.db", "log/checkpoint")

commands = typer.Typer()


def progress_bar() -> Progress:
    """Return a progress bar on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console(),
        transient=True,
    )


@commands.command("audit")
def audit_command(
    data: DataOption = None,
    keys: KeysOption = None,
    *,
    kept: Annotated[
        list[Path] | None,
        typer.Option("--kept", help="What you kept: a checkpoint, a proof, a log's folder."),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(
            "--trust", "--policy", help="Your trust anchors or policy file, for what you kept."
        ),
    ] = None,
    signatures: Annotated[bool, typer.Option(help="Check every signature as well.")] = True,
    from_snapshot: Annotated[
        Path | None, typer.Option(help="Begin at this snapshot, which the log must commit.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="With --from-snapshot: an exported ledger.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the ledger from entry 0 and compare every stored row; exit 0 only if all holds.

    A history that was rewritten with every hash made anew shows only against --kept.
    """
    if from_snapshot is not None:
        audit_snapshot(from_snapshot, export=export, data=data, as_json=as_json)
        return
    settings = settings_for(data, keys)
    if not _leaves_signs(settings):
        raise CommandError(f"there is no registry in {settings.data}; name one with --data")
    outside = _outside(kept or [], trust or settings.trust)
    with progress_bar() as bar:
        task = bar.add_task("auditing", total=None)
        report = audit(
            settings,
            signatures=signatures,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            outside=outside,
        )
    if as_json:
        print_json(_summary(report))
    else:
        _show(report, len(outside.kept))
    if not report.ok:
        raise typer.Exit(1)


def _leaves_signs(settings: Settings) -> bool:
    """Return whether there is, or was, a registry; one that is damaged may have lost files."""
    if settings.postgres_url is not None and database_exists(settings):
        return True
    return any((settings.data / name).exists() for name in SIGNS_OF_A_REGISTRY)


def _outside(kept: list[Path], trust: Path) -> Outside:
    if not kept:
        return Outside()
    policy = policy_of(trust)
    try:
        copies = read_kept(kept)
    except OSError as error:
        raise CommandError(sentence_of(error), exit_code=2) from error
    except ProofError as error:
        raise CommandError(f"what was kept cannot be read: {error}", exit_code=2) from error
    return Outside(kept=copies, vkeys=[one.vkey for one in policy.logs])


def _summary(report: AuditReport) -> dict[str, object]:
    return {
        "anchors": report.anchors,
        "dates": report.dates,
        "entries": report.entries,
        "findings": [{"what": found.what, "where": found.where} for found in report.findings],
        "first_bad_entry": report.first_bad_entry,
        "ok": report.ok,
        "root": report.root.hex(),
        "signatures": report.signatures,
        "supply": report.supply,
    }


def _show(report: AuditReport, kept: int) -> None:
    checked = str(report.signatures) if report.signatures else "not checked: this is no pass"
    rows = [
        ("entries", str(report.entries)),
        ("root", report.root.hex()),
        ("signatures", checked),
    ]
    if report.anchors:
        dated = f"{report.dates} of {report.anchors} dates checked against trusted roots"
        rows.append(("anchors", dated))
    if kept:
        rows.append(("kept copies", f"{kept} compared"))
    rows += [(name, f"{kg:,} kg") for name, kg in sorted(report.supply.items())]
    rows += [(finding.where, finding.what) for finding in report.findings[:FINDINGS_SHOWN]]
    more = len(report.findings) - FINDINGS_SHOWN
    if more > 0:
        rows.append(("", f"and {more} more findings"))
    print_table("everything holds" if report.ok else "THE LEDGER DOES NOT HOLD", rows)


@commands.command("export")
def export_command(
    out: Annotated[Path, typer.Argument(help="The JSON-lines file to write.")],
    data: DataOption = None,
) -> None:
    """Write the whole ledger, one entry a line; private records are not in it."""
    registry = open_place(data)
    check_replaceable(out, EXPORT_BEGINS, "exported ledger")
    with progress_bar() as bar:
        task = bar.add_task("exporting", total=None)
        count = export_ledger(
            registry,
            out,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    console().print(f"{count} entries in {out}")


@commands.command("import")
def import_command(
    source: Annotated[Path, typer.Argument(help="A JSON-lines ledger.")],
    data: DataOption = None,
    keys: KeysOption = None,
) -> None:
    """Take an exported ledger into an empty data folder, checking every entry as the audit does."""
    if not content_of(source, len(EXPORT_BEGINS)).startswith(EXPORT_BEGINS):
        raise CommandError(
            f"{source} is no exported ledger; make one with 'sinkledger export FILE'", exit_code=2
        )
    settings = settings_for(data, keys)
    with all_or_nothing(settings.data, settings.keys), progress_bar() as bar:
        registry = open_registry(settings)
        task = bar.add_task("importing", total=None)
        try:
            count = import_ledger(
                registry,
                source,
                progress=lambda done, total: bar.update(task, completed=done, total=total or None),
            )
        except LedgerFileError as error:
            raise CommandError(f"{source}: {error}; nothing was imported") from error
        finally:
            registry.close()
    console().print(f"{count} entries in {registry.settings.data}")


@commands.command("import-vault")
def import_vault_command(
    source: Annotated[Path, typer.Argument(help="The vault.db of the registry of before.")],
    data: DataOption = None,
    keys: KeysOption = None,
) -> None:
    """Take private records into an imported or rebuilt ledger, each checked against the log."""
    if not content_of(source, len(VAULT_BEGINS)).startswith(VAULT_BEGINS):
        raise CommandError(f"{source} is no vault; name the old vault.db", exit_code=2)
    registry = open_place(data, keys)
    try:
        taken = import_vault(registry, source)
    except VaultImportError as error:
        raise CommandError(f"{error}; nothing was taken in") from error
    finally:
        registry.close()
    console().print(
        f"taken in: {taken.orgs} organisations, {taken.persons} persons, {taken.parcels} parcels; "
        f"still missing: {taken.missing_orgs} organisations, {taken.missing_parcels} parcels"
    )
