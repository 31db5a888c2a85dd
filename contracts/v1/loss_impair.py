"""`loss.impair`: what nobody replaced in time impairs certificates, in the published order.

Published order: the project's batches from the youngest monitoring period down (then batch id
down), in a batch from the highest unit number down; every retirement met on this way is impaired
with its kilograms from this project, until the loss is used up. Its own certificate and that of
its completed claim say how many kilograms are impaired. One order impairs at most 10 retirements
and looks at most at 2,000 blocks; the row `loss/<id>` keeps how far the walk has come. At its end
a walk begins again from the top, so that units retired meanwhile are met as well.

There is nothing to weigh, so a service signs; anyone who replays the log finds the same papers.

Source: domain sheet of this registry, invariant 7; the order is the programme's own.

Example:
    69,725 kg are owed and 9,725 replaced. The retirements with the highest numbers are of 5,000 kg
    and 42,318 kg: both are impaired whole, and 12,682 kg find no retirement; the loss keeps them.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, service
from contracts.books import Books
from contracts.form import ID, Form
from contracts.lookup import integer_of
from contracts.lookup import loss as find_loss
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.certificate_record import SERVICE
from contracts.v1.impairment import impair
from contracts.values import Json, Moment, Outcome, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class LossImpairment:
    """The body: which loss."""

    loss: str


def read(form: Form) -> LossImpairment:
    """Read the body."""
    body = LossImpairment(loss=form.text("loss", ID))
    form.done()
    return body


def needs(books: Books, order: Order, body: LossImpairment) -> tuple[Need, ...]:
    """The certificate service signs, and nobody else."""
    del books, body
    if order.actor != f"service/{SERVICE}":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (service(SERVICE),)


def decide(books: Books, order: Order, body: LossImpairment, moment: Moment) -> Outcome:
    """Impair the next certificates.

    Raises:
        Refused: `LOSS_UNKNOWN`, `LOSS_COVERED` (nothing is owed that is not impaired);
            `NOTHING_TO_IMPAIR` (a whole walk met no retirement); `LOSS_NOT_DUE`.
    """
    del order
    loss = find_loss(books, body.loss)
    if loss["owed_kg"] == loss["impaired_kg"]:
        raise Refused(RefusalCode.LOSS_COVERED, loss=body.loss, owed_kg=loss["owed_kg"])
    walk = impair(books, body.loss, loss, moment)
    if walk.quantity_kg == 0 and walk.cursor is None and loss["cursor"] is None:
        raise Refused(RefusalCode.NOTHING_TO_IMPAIR, loss=body.loss, owed_kg=loss["owed_kg"])
    if moment.at_us < integer_of(loss, "due_at_us"):
        raise Refused(RefusalCode.LOSS_NOT_DUE, loss=body.loss, due=loss["due"])
    value: dict[str, Json] = {
        **loss,
        "cursor": walk.cursor,
        "impaired_kg": integer_of(loss, "impaired_kg") + walk.quantity_kg,
        "last_impaired": walk.last,
    }
    return Outcome(rows=(Row(f"loss/{body.loss}", value), *walk.rows))


RULE: Final = Rule(kind="loss.impair", read=read, needs=needs, decide=decide)
