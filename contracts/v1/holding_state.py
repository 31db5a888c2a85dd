"""`holding.state`: what an account holds at this entry, stated for a paper (持有证明).

All of it, or no statement: a reader who finds some units on the paper finds every unit of the
account. Nothing moves, and nothing is promised for the entries after this one.

Source: design of this registry, signed documents; domain sheet, part 3 (a statement of what was
held is a fact of one moment and does not expire).

Example:
    An account holds [142275, 222275) and [300000, 948500) of one batch. Stated are both ranges and
    728,500 kg; a transfer in the next entry does not make the statement untrue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, holder_needs, officer
from contracts.books import Block, Books
from contracts.check_digits import encode_id
from contracts.form import ID, Form
from contracts.lookup import account as find_account
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.units_retire import batches_of
from contracts.values import (
    INTEGER_MAX,
    MOVEMENTS_MAX,
    Json,
    Moment,
    Movement,
    Outcome,
    Row,
    account_place,
)

REGISTRAR: Final = "registrar"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingStatement:
    """The body: whose holdings."""

    account: str


def read(form: Form) -> HoldingStatement:
    """Read the body."""
    body = HoldingStatement(account=form.text("account", ID))
    form.done()
    return body


def needs(books: Books, order: Order, body: HoldingStatement) -> tuple[Need, ...]:
    """The holder's representatives sign, or a registrar officer: what is stated is public."""
    if order.actor == REGISTRAR:
        return (officer(REGISTRAR),)
    return holder_needs(books, order, body.account)


def decide(books: Books, order: Order, body: HoldingStatement, moment: Moment) -> Outcome:
    """State the holdings; their id derives from this entry's position.

    Raises:
        Refused: `ACCOUNT_UNKNOWN`, `ACCOUNT_TYPE_WRONG`; `BALANCE_TOO_LOW` when nothing is held,
            `TOO_MANY_RANGES` with more than 128 ranges or 16 batches.
    """
    del order
    account = find_account(books, body.account, "holder")
    place = account_place(body.account)
    blocks = sorted(books.holdings(place, INTEGER_MAX))
    if not blocks:
        raise Refused(RefusalCode.BALANCE_TOO_LOW, balance_kg=0, quantity_kg=1)
    if len(blocks) > MOVEMENTS_MAX:
        fitting_kg = sum(block.quantity_kg for block in blocks[:MOVEMENTS_MAX])
        raise Refused(RefusalCode.TOO_MANY_RANGES, ranges=len(blocks), fitting_kg=fitting_kg)
    value: dict[str, Json] = {
        "account": body.account,
        "batches": batches_of(books, _named(blocks)),
        "ets_covered": account["ets_covered"],
        "org": account["org"],
        "quantity_kg": sum(block.quantity_kg for block in blocks),
        "ranges": [
            {"batch": block.batch, "end": block.end, "first": block.first} for block in blocks
        ],
        "stated_at_us": moment.at_us,
        "stated_seq": moment.seq,
    }
    return Outcome(rows=(Row(f"holding/{encode_id(moment.seq)}", value),))


def _named(blocks: Sequence[Block]) -> tuple[Movement, ...]:
    """Return blocks as those name them who look units up by batch; they stay where they are."""
    return tuple(
        Movement(block.batch, block.first, block.end, block.place, block.place) for block in blocks
    )


RULE: Final = Rule(kind="holding.state", read=read, needs=needs, decide=decide)
