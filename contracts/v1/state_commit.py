"""`state.commit`: the state service commits the registry's state as it stood after an entry.

The root is that of the Merkle Patricia tree over all rows and blocks once the entries up to and
with `through` have been applied; the supply is the total of all batches at that point. From a
commitment in the log follow proofs that a row or a block is there, that it is not, and that a
list is complete. The rule sees no tree: it checks signer and order, and the audit, which replays
the log, checks root and supply and names the first commitment that is wrong.

Source: Google, "Verifiable Data Structures" (2015), log-derived maps: a map cannot prove its own
history, so its root stands in the log from which everyone can compute it.

Example:
    Entry 60 commits through 58 and gross 948,500 kg: row state/latest holds root, supply,
    through 58 and seq 60. The next commitment says through 59 or more, and less than its own seq.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, service
from contracts.books import Books
from contracts.form import SHA256, Form
from contracts.lookup import integer_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import SUPPLY_NAMES, Json, Moment, Outcome, Row

SERVICE: Final = "state"
LATEST: Final = "state/latest"
TOTALS: Final = ("gross", *SUPPLY_NAMES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCommitment:
    """The body: root and supply after entry `through`; kilograms by the names of `TOTALS`."""

    root: str
    supply: dict[str, Json]
    through: int


def read(form: Form) -> StateCommitment:
    """Read the body; the supply has exactly the names of the supply identity."""
    totals = form.form("supply")
    body = StateCommitment(
        root=form.text("root", SHA256),
        supply={name: totals.integer(name) for name in TOTALS},
        through=form.integer("through"),
    )
    totals.done()
    form.done()
    return body


def needs(books: Books, order: Order, body: StateCommitment) -> tuple[Need, ...]:
    """The state service signs, and nobody else."""
    del books, body
    if order.actor != f"service/{SERVICE}":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (service(SERVICE),)


def decide(books: Books, order: Order, body: StateCommitment, moment: Moment) -> Outcome:
    """Commit the state: later than the commitment before, earlier than this entry.

    Raises:
        Refused: `THROUGH_WRONG`.
    """
    del order
    latest = books.row(LATEST)
    committed = integer_of(latest, "through") if latest is not None else -1
    if not committed < body.through < moment.seq:
        raise Refused(
            RefusalCode.THROUGH_WRONG, through=body.through, committed=committed, seq=moment.seq
        )
    value: dict[str, Json] = {
        "root": body.root,
        "seq": moment.seq,
        "supply": body.supply,
        "through": body.through,
    }
    return Outcome(rows=(Row(LATEST, value),))


RULE: Final = Rule(kind="state.commit", read=read, needs=needs, decide=decide)
