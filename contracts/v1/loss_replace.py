"""`loss.replace`: the owner gives units for what the buffer did not cover (acct to cancelled).

It can be done before and after the due date. Units first cover what has not impaired any
certificate; the rest restores certificates, last impaired first.

Source: Measures art. 43 (an equal quantity is cancelled); domain sheet of this registry,
invariant 7.

Example:
    60,000 kg are owed, 47,318 of them impair papers of 5,000 and then 42,318 kg. 30,000 kg given
    cover the 12,682 that impair nothing and restore 17,318 of the later paper; 30,000 stay owed.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, holder_needs
from contracts.books import Books
from contracts.form import ID, Form
from contracts.lookup import account as find_account
from contracts.lookup import integer_of
from contracts.lookup import loss as find_loss
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.selection import read_units, take
from contracts.v1.impairment import restore
from contracts.values import (
    Json,
    Moment,
    Movement,
    Outcome,
    Row,
    account_place,
    cancelled_place,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReplacement:
    """The body: for which loss, from which account, which units."""

    loss: str
    account: str
    quantity_kg: int | None
    ranges: tuple[Movement, ...]


def read(form: Form) -> LossReplacement:
    """Read the body."""
    quantity_kg, ranges = read_units(form)
    body = LossReplacement(
        loss=form.text("loss", ID),
        account=form.text("account", ID),
        quantity_kg=quantity_kg,
        ranges=ranges,
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: LossReplacement) -> tuple[Need, ...]:
    """The owner's representatives sign."""
    return holder_needs(books, order, body.account)


def decide(books: Books, order: Order, body: LossReplacement, moment: Moment) -> Outcome:
    """Cancel the units against what is owed.

    Raises:
        Refused: `ACCOUNT_TYPE_WRONG`, `LOSS_UNKNOWN`, `LOSS_NOT_OWN`, `LOSS_COVERED`;
            `BATCH_UNKNOWN`, `UNITS_NOT_HELD`, `BALANCE_TOO_LOW`, `TOO_MANY_RANGES`,
            `REPLACEMENT_TOO_LARGE`, `TOO_MANY_CERTIFICATES` (both with the kilograms that fit).
    """
    del order
    find_account(books, body.account, "holder")
    loss = find_loss(books, body.loss)
    if loss["account"] != body.account:
        raise Refused(RefusalCode.LOSS_NOT_OWN, loss=body.loss, account=body.account)
    owed_kg, impaired_kg = integer_of(loss, "owed_kg"), integer_of(loss, "impaired_kg")
    if owed_kg == 0:
        raise Refused(RefusalCode.LOSS_COVERED, loss=body.loss, owed_kg=0)
    source, target = account_place(body.account), cancelled_place(moment.seq)
    movements = take(books, source, target, body.quantity_kg, body.ranges)
    given_kg = sum(movement.quantity_kg for movement in movements)
    if given_kg > owed_kg:
        raise Refused(RefusalCode.REPLACEMENT_TOO_LARGE, quantity_kg=given_kg, fitting_kg=owed_kg)
    restored_kg = max(given_kg - (owed_kg - impaired_kg), 0)
    walk = restore(books, body.loss, loss, restored_kg, moment)
    if walk.quantity_kg < restored_kg:
        fitting_kg = given_kg - restored_kg + walk.quantity_kg
        raise Refused(
            RefusalCode.TOO_MANY_CERTIFICATES, quantity_kg=given_kg, fitting_kg=fitting_kg
        )
    value: dict[str, Json] = {
        **loss,
        "impaired_kg": impaired_kg - restored_kg,
        "last_impaired": walk.last,
        "owed_kg": owed_kg - given_kg,
        "replaced_kg": integer_of(loss, "replaced_kg") + given_kg,
    }
    return Outcome(movements=movements, rows=(Row(f"loss/{body.loss}", value), *walk.rows))


RULE: Final = Rule(kind="loss.replace", read=read, needs=needs, decide=decide)
