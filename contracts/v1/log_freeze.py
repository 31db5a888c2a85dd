"""`log.freeze`: this log ends here; after a key was lost, another log goes on from it.

From the next entry on every order is refused but for three kinds by which the registry's services
finish their work: what the log says is committed, dated and put on paper. The log that follows is
another one, with another origin, and its `registry.open` holds this log's last checkpoint.

Source: C2SP, tlog-checkpoint: an origin never changes, and a key is never used for two logs.

Example:
    Entry 900 freezes the log with successor example.org/sinks-2. Entry 901 may be a state.commit
    through 900; a transfer is refused with LOG_FROZEN since 900.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import Form
from contracts.orders import ORIGIN, Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Moment, Outcome, Row

FROZEN: Final = "log/frozen"
STILL_TAKEN: Final = ("anchor.record", "certificate.record", "state.commit")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFreeze:
    """The body: why, and the origin of the log that follows, if there is one."""

    reason: str
    successor: str | None


def read(form: Form) -> LogFreeze:
    """Read the body."""
    body = LogFreeze(
        reason=form.text("reason", most=500), successor=form.optional_text("successor", ORIGIN)
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: LogFreeze) -> tuple[Need, ...]:
    """A registrar officer and a supervisor sign."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("registrar"), officer("supervisor"))


def decide(books: Books, order: Order, body: LogFreeze, moment: Moment) -> Outcome:
    """Freeze the log; a frozen log cannot be frozen again (`LOG_FROZEN`, see `check_frozen`).

    Raises:
        Refused: `LOG_NOT_ANOTHER`.
    """
    del books
    if body.successor == order.log:
        raise Refused(RefusalCode.LOG_NOT_ANOTHER, field="body.successor", origin=order.log)
    row = Row(
        FROZEN,
        {
            "frozen_at_us": moment.at_us,
            "reason": body.reason,
            "seq": moment.seq,
            "successor": body.successor,
        },
    )
    return Outcome(rows=(row,))


def check_frozen(books: Books, order: Order) -> None:
    """Refuse what a frozen log no longer takes; the first check of class 3, for every kind.

    Raises:
        Refused: `LOG_FROZEN`.
    """
    frozen = books.row(FROZEN)
    if frozen is not None and order.kind not in STILL_TAKEN:
        raise Refused(
            RefusalCode.LOG_FROZEN, since_seq=frozen["seq"], successor=frozen["successor"]
        )


RULE: Final = Rule(kind="log.freeze", read=read, needs=needs, decide=decide)
