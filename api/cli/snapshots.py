"""`sinkledger audit --from-snapshot`: begin an audit at a committed state instead of entry 0."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import typer

from api.cli.output import CommandError, print_json, print_table
from api.cli.place import open_place
from ledger import store
from ledger.audit.from_snapshot import SnapshotReport, audit_from_snapshot
from ledger.log.verify import read_export
from ledger.registry import Registry
from ledger.state.snapshot import SnapshotError


def audit_snapshot(
    snapshot: Path, *, export: Path | None, data: Path | None, as_json: bool
) -> None:
    """Audit an export, or a registry's own log, from a snapshot on; print what came of it."""
    read = _reader(export, data)
    try:
        report = audit_from_snapshot(snapshot, read)
    except SnapshotError as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json(_summary(report))
    else:
        _show(report)
    if not report.ok:
        raise typer.Exit(1)


def _reader(export: Path | None, data: Path | None) -> Callable[[], Iterable[bytes]]:
    if export is not None:
        return lambda: read_export(export)
    registry = open_place(data)
    return lambda: _stored(registry)


def _stored(registry: Registry) -> Iterator[bytes]:
    size = registry.size()
    for first in range(0, size, store.PAGE_ROWS):
        with registry.reader.connect() as connection:
            yield from list(store.read(connection, first, min(first + store.PAGE_ROWS, size)))


def _summary(report: SnapshotReport) -> dict[str, object]:
    return {
        "committed_seq": report.committed_seq,
        "entries": report.entries,
        "findings": [{"what": found.what, "where": found.where} for found in report.findings],
        "ok": report.ok,
        "replayed": report.replayed,
        "root": report.root.hex(),
    }


def _show(report: SnapshotReport) -> None:
    rows = [
        ("entries", str(report.entries)),
        ("root", report.root.hex()),
        ("committed by entry", str(report.committed_seq)),
        ("decided again", f"{report.replayed} entries after the snapshot"),
        *((finding.where, finding.what) for finding in report.findings[:40]),
    ]
    print_table("holds from the snapshot on" if report.ok else "DOES NOT HOLD", rows)
