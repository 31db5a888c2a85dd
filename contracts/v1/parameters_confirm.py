"""`parameters.confirm`: a supervisor confirms factors that may not be used without it.

Source: see `parameters.publish`. The one who published (issuer) is never the one who confirms
(supervisor), because officers hold disjoint roles.

Example:
    meal_default_derived, 2.22 kgCO2e per meal, derived: confirmed with the reason "0.6 kg a
    meal, agreed with the catering office"; from then on a footprint may use it, and names it.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import NAME, SHA256, Form
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Moment, Outcome, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterConfirmation:
    """The body: which rows of which table, and why they may be used."""

    table: str
    names: tuple[str, ...]
    reason: str
    evidence_sha256: str | None


def read(form: Form) -> ParameterConfirmation:
    """Read the body."""
    body = ParameterConfirmation(
        table=form.text("table", NAME),
        names=form.texts("factor_ids", NAME, least=1, most=60),
        reason=form.text("reason", most=500),
        evidence_sha256=form.optional_text("evidence_sha256", SHA256),
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: ParameterConfirmation) -> tuple[Need, ...]:
    """A supervisor signs."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("supervisor"),)


def decide(books: Books, order: Order, body: ParameterConfirmation, moment: Moment) -> Outcome:
    """Confirm the rows.

    Raises:
        Refused: `PARAMETER_UNKNOWN`, `PARAMETER_ALREADY_CONFIRMED` (or never in need of it).
    """
    del order
    rows = []
    for name in sorted(body.names):
        key = f"param/{body.table}/{name}"
        row = books.row(key)
        if row is None:
            raise Refused(RefusalCode.PARAMETER_UNKNOWN, parameter=key)
        if row["confirmed_seq"] is not None or row["needs_confirmation"] is not True:
            raise Refused(RefusalCode.PARAMETER_ALREADY_CONFIRMED, parameter=key)
        rows.append(Row(key, {**row, "confirmed_seq": moment.seq}))
    return Outcome(rows=tuple(rows))


RULE: Final = Rule(kind="parameters.confirm", read=read, needs=needs, decide=decide)
