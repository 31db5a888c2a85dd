"""`certificate.revoke`: a certificate is withdrawn for good (撤销).

Revoking a paper neither retires (注销) nor cancels (核减作废) anything: its units stay where they
are, because a retired unit never comes back. Only a suspended certificate is revoked, so that
whoever relies on it has been warned and its holder has been heard.

Source: domain sheet of this registry, certificate: revoked is terminal and has a reason code;
a second signature for issue, revocation and correction.

Example:
    A suspended certificate rests on a verification that was withdrawn: it is revoked with the
    reason verification_withdrawn, and no order ever changes its standing again.
"""

from typing import Final

from contracts.books import Books
from contracts.form import Form
from contracts.orders import Order
from contracts.rule import Rule
from contracts.v1.certificate_status import (
    Change,
    certificate,
    check_standing,
    status,
    status_row,
)
from contracts.v1.standing_orders import StandingOrder, read_standing, two_officers
from contracts.values import Moment, Outcome

REASONS: Final = (
    "court_decision",
    "double_claim",
    "false_statement",
    "issued_in_error",
    "verification_withdrawn",
)


def read(form: Form) -> StandingOrder:
    """Read the body."""
    return read_standing(form, REASONS)


def decide(books: Books, order: Order, body: StandingOrder, moment: Moment) -> Outcome:
    """Revoke a suspended certificate.

    Raises:
        Refused: `CERTIFICATE_UNKNOWN`, `CERTIFICATE_STATE_WRONG`.
    """
    del order
    certificate(books, body.number)
    known = status(books, body.number)
    check_standing(body.number, known, "suspended")
    change = Change(event="revoked", reason=body.reason, evidence_sha256=body.evidence_sha256)
    fields = {"standing": "revoked", "standing_before": None}
    return Outcome(rows=(status_row(body.number, known, change, moment, fields),))


RULE: Final = Rule(kind="certificate.revoke", read=read, needs=two_officers, decide=decide)
