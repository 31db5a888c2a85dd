"""`certificate.reinstate`: the examination found nothing, and the certificate stands as before.

Source: domain sheet of this registry, certificate: suspended, then reinstated or revoked.

Example:
    A certificate that was superseded when it was suspended is superseded again, not valid.
"""

from typing import Final

from contracts.books import Books
from contracts.form import Form
from contracts.lookup import text_of
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

REASONS: Final = ("complaint_unfounded", "loss_covered", "no_error", "verification_upheld")


def read(form: Form) -> StandingOrder:
    """Read the body."""
    return read_standing(form, REASONS)


def decide(books: Books, order: Order, body: StandingOrder, moment: Moment) -> Outcome:
    """Put a suspended certificate back to where it stood.

    Raises:
        Refused: `CERTIFICATE_UNKNOWN`, `CERTIFICATE_STATE_WRONG`.
    """
    del order
    certificate(books, body.number)
    known = status(books, body.number)
    check_standing(body.number, known, "suspended")
    change = Change(event="reinstated", reason=body.reason, evidence_sha256=body.evidence_sha256)
    fields = {"standing": text_of(known, "standing_before"), "standing_before": None}
    return Outcome(rows=(status_row(body.number, known, change, moment, fields),))


RULE: Final = Rule(kind="certificate.reinstate", read=read, needs=two_officers, decide=decide)
