"""`certificate.suspend`: a certificate must not be relied upon while something is examined.

Suspending takes no unit and no fact away; it ends by reinstating or by revoking, nothing else.

Source: domain sheet of this registry, certificate: suspended on a complaint, a verification
reopened, or a loss under study. Measures art. 43 (trading suspended while it is examined).

Example:
    A complaint says that the event never took place: standing valid becomes suspended, reason
    complaint, with the digest of the complaint.
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

REASONS: Final = ("complaint", "loss_under_study", "suspected_error", "verification_reopened")


def read(form: Form) -> StandingOrder:
    """Read the body."""
    return read_standing(form, REASONS)


def decide(books: Books, order: Order, body: StandingOrder, moment: Moment) -> Outcome:
    """Suspend a certificate that is valid, impaired or superseded.

    Raises:
        Refused: `CERTIFICATE_UNKNOWN`, `CERTIFICATE_STATE_WRONG`.
    """
    del order
    certificate(books, body.number)
    known = status(books, body.number)
    standing = check_standing(body.number, known, "superseded", "valid")
    change = Change(event="suspended", reason=body.reason, evidence_sha256=body.evidence_sha256)
    fields = {"standing": "suspended", "standing_before": standing}
    return Outcome(rows=(status_row(body.number, known, change, moment, fields),))


RULE: Final = Rule(kind="certificate.suspend", read=read, needs=two_officers, decide=decide)
