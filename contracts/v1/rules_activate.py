"""`rules.activate`: two officers put another rule set into force from the next entry on.

Orders signed under the old rule set are void from then on, because an order names the rule set
it was signed under.

Source: Measures on voluntary reductions (2023-10-20) art. 10, "a published methodology": rules
are versioned, and each entry is judged by the version in force at its position.

Example:
    Entry 41 activates hash b1…; entry 42 must name b1…, an order naming a0… is refused.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import SHA256, Form
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Moment, Outcome, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesActivation:
    """The body: the hash of a rule set, and why it changes."""

    rule_set: str
    reason: str


def read(form: Form) -> RulesActivation:
    """Read the body."""
    body = RulesActivation(
        rule_set=form.text("rule_set", SHA256), reason=form.text("reason", most=500)
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: RulesActivation) -> tuple[Need, ...]:
    """An issuer and a supervisor sign."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("issuer"), officer("supervisor"))


def decide(books: Books, order: Order, body: RulesActivation, moment: Moment) -> Outcome:
    """Put the rule set into force from the next entry on.

    Whether this node ships that rule set is a door check (`RULES_UNKNOWN`).

    Raises:
        Refused: `RULES_ALREADY_ACTIVE`.
    """
    del books
    if body.rule_set == order.rules:
        raise Refused(RefusalCode.RULES_ALREADY_ACTIVE, rule_set=body.rule_set)
    active = Row("rules/active", {"hash": body.rule_set, "since_seq": moment.seq + 1})
    return Outcome(rows=(active,))


RULE: Final = Rule(kind="rules.activate", read=read, needs=needs, decide=decide)
