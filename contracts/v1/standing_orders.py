"""What two officers ask about one certificate: its number, a reason code, and their case file."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import SHA256, Form
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.v1.certificate_record import NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrder:
    """The body: which certificate, why, and the SHA-256 of the evidence."""

    number: str
    reason: str
    evidence_sha256: str


def read_standing(form: Form, reasons: Sequence[str]) -> StandingOrder:
    """Read the body."""
    body = StandingOrder(
        number=form.text("number", NUMBER),
        reason=form.choice("reason", reasons),
        evidence_sha256=form.text("evidence_sha256", SHA256),
    )
    form.done()
    return body


def two_officers(books: Books, order: Order, body: object) -> tuple[Need, ...]:
    """A registrar officer and a supervisor sign: two persons."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("registrar"), officer("supervisor"))
