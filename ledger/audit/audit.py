"""The audit: does everything that is stored follow from the signed orders, from entry 0 on?

It reads a registry's folder as it lies there, in whatever state, and never raises: whatever cannot
be read is a finding. Steps: databases and schema, replay with signatures, projections and hashes,
private records, files, mark, checkpoint and anchors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.anchors.anchors import sizes_anchored
from ledger.audit.anchor_files import check_anchors
from ledger.audit.commitments import stored_commitments
from ledger.audit.files import check_files, sizes_stated
from ledger.audit.findings import Finding, Findings
from ledger.audit.kept import KeptCopy, check_kept
from ledger.audit.log_entries import LogAudit, replay_log
from ledger.audit.schema import audit_connection, check_databases
from ledger.audit.second_copy import check_second_copy
from ledger.audit.tile_files import check_tiles
from ledger.audit.vault_records import check_vault
from ledger.audit.views import check_views
from ledger.log.note import Vkey
from ledger.progress import Progress
from ledger.settings import Settings

__all__ = ["AuditReport", "Finding", "audit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What somebody kept outside the registry, and the log's keys as they know them."""

    kept: Sequence[KeptCopy] = ()
    vkeys: Sequence[Vkey] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found.

    Attributes:
        ok: Nothing is wrong, there is at least one entry, and signatures were verified.
        entries: How many entries were replayed.
        root: The Merkle root over their stored bytes.
        signatures: How many signatures were verified; 0 if they were left out.
        first_bad_entry: The first entry that something is wrong with.
        findings: Everything found, in the order of the steps.
        supply: Kilograms by name over all batches, as replayed.
        anchors: How many anchors the log records; each one's file and root were compared.
        dates: How many of their time stamps were checked against trusted roots (setting
            `anchor_roots`). Dates that were not checked do not make a log fail.
    """

    ok: bool
    entries: int
    root: bytes
    signatures: int
    first_bad_entry: int | None
    findings: tuple[Finding, ...]
    supply: dict[str, int]
    anchors: int = 0
    dates: int = 0


def audit(
    settings: Settings,
    *,
    signatures: bool = True,
    progress: Progress | None = None,
    outside: Outside | None = None,
) -> AuditReport:
    """Audit the registry in a folder.

    Args:
        settings: Where it lies.
        signatures: Also verify every signature. Nothing checked is no success: without them the
            report is never `ok`.
        progress: Called with (entries done, entries in all).
        outside: Kept copies to compare the log with. Only they show a history that was rewritten
            with every hash made anew.
    """
    log = LogAudit(findings=Findings(), verify=signatures, progress=progress)
    log.roots = dict.fromkeys((*sizes_stated(settings), *sizes_anchored(settings.log)), b"")
    _check_database(settings, log, outside or Outside())
    check_files(settings, log)
    check_anchors(settings, log)
    findings = tuple(log.findings.items)
    return AuditReport(
        ok=not findings and log.signatures > 0,
        entries=log.tree.size,
        root=log.tree.root(),
        signatures=log.signatures,
        first_bad_entry=log.findings.first_bad_entry,
        findings=findings,
        supply=_supply(log),
        anchors=log.anchors,
        dates=log.dates,
    )


def _check_database(settings: Settings, log: LogAudit, outside: Outside) -> None:
    has_vault = settings.postgres_url is not None or settings.vault.exists()
    stored = "the database"
    if settings.postgres_url is None:
        for path in (settings.database, settings.vault):
            if not path.exists():
                log.findings.add(path.name, "is missing")
        if not settings.database.exists():
            return
        stored = f"{settings.database.name} or {settings.vault.name}"
    with log.findings.reading(stored), audit_connection(settings) as connection:
        check_databases(connection, settings, log.findings)
        log.state.expect(stored_commitments(connection, log.findings))
        replay_log(connection, log)
        log.state.close()
        check_views(connection, log)
        check_tiles(connection, settings, log)
        check_second_copy(connection, settings, log.findings)
        check_kept(connection, outside.kept, outside.vkeys, log.findings)
        if has_vault:
            check_vault(connection, log)


def _supply(log: LogAudit) -> dict[str, int]:
    total: dict[str, int] = {}
    for (_, name), quantity_kg in sorted(log.redecider.state.supply.items()):
        total[name] = total.get(name, 0) + quantity_kg
    return total
