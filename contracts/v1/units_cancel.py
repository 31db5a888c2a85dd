"""`units.cancel`: units are taken away by correction, loss or replacement (核减作废).

Cancelled units never serve a claim. From an account its holder signs and a supervisor; from the
buffer an issuer and a supervisor sign, because a loss draws on the buffer first.

Source: Measures art. 43 (cancellation of an equal quantity); VCS AFOLU NPRT (buffer draws).

Example:
    A fire is estimated at 12,000 kg: issuer and supervisor cancel 12,000 kg from buffer/forest
    with reason loss; the buffer's oldest units move to cancelled/<this seq>.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, holder_needs, officer
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.selection import read_units, take
from contracts.v1.programme import POOLS
from contracts.values import (
    Json,
    Moment,
    Movement,
    Outcome,
    Row,
    account_place,
    buffer_place,
    cancelled_place,
)

REASONS: Final = ("correction", "loss", "replacement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The body: from an account or from a buffer pool, which units, why."""

    account: str | None
    pool: str | None
    quantity_kg: int | None
    ranges: tuple[Movement, ...]
    reason: str
    described: dict[str, Json]


def read(form: Form) -> Cancellation:
    """Read the body: exactly one of `account` and `pool`."""
    quantity_kg, ranges = read_units(form)
    reason = form.choice("reason", REASONS)
    pools = tuple(POOLS.values())
    body = Cancellation(
        account=form.optional_text("account", ID),
        pool=form.choice("pool", pools) if form.has("pool") else None,
        quantity_kg=quantity_kg,
        ranges=ranges,
        reason=reason,
        described={
            "evidence_sha256": form.text("evidence_sha256", SHA256),
            "reason": reason,
            "statement": form.words("statement", most=300),
        },
    )
    form.done()
    if (body.account is None) == (body.pool is None):
        raise Refused(RefusalCode.FIELD_MISSING, field="body.account or body.pool")
    return body


def needs(books: Books, order: Order, body: Cancellation) -> tuple[Need, ...]:
    """From an account: its holder and a supervisor; from the buffer: issuer and supervisor."""
    if body.account is not None:
        return (*holder_needs(books, order, body.account), officer("supervisor"))
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("issuer"), officer("supervisor"))


def decide(books: Books, order: Order, body: Cancellation, moment: Moment) -> Outcome:
    """Cancel the units.

    Raises:
        Refused: `ACCOUNT_TYPE_WRONG`; `BATCH_UNKNOWN`, `UNITS_NOT_HELD`,
            `BALANCE_TOO_LOW`, `TOO_MANY_RANGES`.
    """
    del order
    if body.account is not None:
        find_account(books, body.account, "holder")
        source = account_place(body.account)
    else:
        source = buffer_place(body.pool or "")
    movements = take(books, source, cancelled_place(moment.seq), body.quantity_kg, body.ranges)
    value: dict[str, Json] = {
        **body.described,
        "cancelled_at_us": moment.at_us,
        "cancelled_seq": moment.seq,
        "from": source,
        "quantity_kg": sum(movement.quantity_kg for movement in movements),
    }
    return Outcome(movements=movements, rows=(Row(f"cancel/{encode_id(moment.seq)}", value),))


RULE: Final = Rule(kind="units.cancel", read=read, needs=needs, decide=decide)
