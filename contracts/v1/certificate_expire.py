"""`certificate.expire`: the right to display a claim's certificate has run out.

The fact that it states does not expire. Its last day was computed once, when the claim was
completed: three years after the declaration for an event or a meeting, one for an institution.
A retirement's certificate never expires.

Source: domain sheet of this registry, certificate (display right); programme's own terms.

Example:
    Declared on 2026-10-26: the certificate may be displayed through 2029-10-26, and from
    2029-10-27, 00:00 Beijing time on the certificate service may record that it has expired.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, service
from contracts.books import Books
from contracts.form import Form
from contracts.lookup import integer_of, object_of, text_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.certificate_record import NUMBER, SERVICE
from contracts.v1.certificate_status import (
    Change,
    certificate,
    check_standing,
    status,
    status_row,
)
from contracts.values import Moment, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """The body: the number of a certificate."""

    number: str


def read(form: Form) -> Expiry:
    """Read the body."""
    body = Expiry(number=form.text("number", NUMBER))
    form.done()
    return body


def needs(books: Books, order: Order, body: Expiry) -> tuple[Need, ...]:
    """The certificate service signs: there is nothing to weigh."""
    del books, body
    if order.actor != f"service/{SERVICE}":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (service(SERVICE),)


def decide(books: Books, order: Order, body: Expiry, moment: Moment) -> Outcome:
    """Let the certificate expire.

    Raises:
        Refused: `CERTIFICATE_UNKNOWN`, `CERTIFICATE_UNLIMITED`, `CERTIFICATE_STATE_WRONG`;
            `CERTIFICATE_NOT_DUE`.
    """
    del order
    subject = text_of(certificate(books, body.number), "subject")
    row = books.row(subject)
    if row is None or not subject.startswith("claim/"):
        raise Refused(RefusalCode.CERTIFICATE_UNLIMITED, number=body.number)
    known = status(books, body.number)
    check_standing(body.number, known, "superseded", "valid")
    completion = object_of(row, "completion")
    if moment.at_us < integer_of(completion, "display_until_at_us"):
        raise Refused(
            RefusalCode.CERTIFICATE_NOT_DUE,
            number=body.number,
            display_until=completion["display_until"],
        )
    change = Change(event="expired", reason="display_right_ended")
    expired = status_row(body.number, known, change, moment, {"standing": "expired"})
    return Outcome(rows=(expired,))


RULE: Final = Rule(kind="certificate.expire", read=read, needs=needs, decide=decide)
