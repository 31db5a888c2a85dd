"""Audit of the anchors: each one's file, what it stamps, and whether the log has that root."""

from cryptography import x509

from ledger.anchors.anchors import AnchorError, anchors_among, check_anchor
from ledger.anchors.time_stamps import TimeStampError, read_roots
from ledger.audit.log_entries import LogAudit
from ledger.settings import Settings


def check_anchors(settings: Settings, audit: LogAudit) -> None:
    """Compare every recorded anchor with its files and with the replayed tree.

    Dates are checked against the roots in `settings.anchor_roots`. Without that folder they are
    counted as not checked, which is no finding: the log itself does not rest on them.
    """
    roots = _roots(settings, audit)
    for anchor in anchors_among(audit.redecider.state.books.rows):
        audit.anchors += 1
        where = f"anchor {anchor.token.name}"
        root = audit.roots.get(anchor.size)
        try:
            if check_anchor(settings.log, anchor, roots):
                audit.dates += 1
        except AnchorError as error:
            audit.findings.add(where, str(error))
        if root is not None and root.hex() != anchor.root:
            audit.findings.add(where, f"has another root over the first {anchor.size} entries")


def _roots(settings: Settings, audit: LogAudit) -> tuple[x509.Certificate, ...]:
    try:
        return read_roots(settings.anchor_roots)
    except TimeStampError as error:
        audit.findings.add("anchors", str(error))
        return ()
