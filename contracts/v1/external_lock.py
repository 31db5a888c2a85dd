"""`external.lock`: a ticket of another scheme stands on a parcel, so nothing more is issued here.

Earlier 碳票, CCER, VCS and others are never imported without fresh verification; their parcels
are locked. A parcel without a track becomes EXTERNAL. On a LOCAL parcel the lock stops every
further issuance, because an earlier ticket may come to light late.

Source: Measures art. 48, uniqueness: "项目未参与其他温室气体减排交易机制".

Example:
    Ticket 示例-0007 of scheme "碳票" on two parcels: both rows list it, track EXTERNAL.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import ID, SHA256, Form
from contracts.lookup import list_of, objects_of
from contracts.lookup import parcel as find_parcel
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Json, Moment, Outcome, Row

PARCELS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLock:
    """The body: the foreign scheme's ticket and the parcels that it stands on."""

    parcels: tuple[str, ...]
    scheme: str
    ticket: str
    evidence_sha256: str


def read(form: Form) -> ExternalLock:
    """Read the body."""
    body = ExternalLock(
        parcels=form.texts("parcels", ID, least=1, most=PARCELS_MAX),
        scheme=form.text("scheme", most=80),
        ticket=form.text("ticket", most=120),
        evidence_sha256=form.text("evidence_sha256", SHA256),
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: ExternalLock) -> tuple[Need, ...]:
    """A registrar officer and a supervisor sign."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("registrar"), officer("supervisor"))


def decide(books: Books, order: Order, body: ExternalLock, moment: Moment) -> Outcome:
    """Lock the parcels.

    Raises:
        Refused: `PARCEL_UNKNOWN`, `LOCK_ALREADY_KNOWN`.
    """
    del order
    rows = []
    for parcel_id in sorted(body.parcels):
        parcel = find_parcel(books, parcel_id)
        for known in objects_of(parcel, "locks"):
            if (known["scheme"], known["ticket"]) == (body.scheme, body.ticket):
                raise Refused(RefusalCode.LOCK_ALREADY_KNOWN, parcel=parcel_id)
        lock: dict[str, Json] = {
            "evidence_sha256": body.evidence_sha256,
            "scheme": body.scheme,
            "seq": moment.seq,
            "ticket": body.ticket,
        }
        value: dict[str, Json] = {
            **parcel,
            "locks": [*list_of(parcel, "locks"), lock],
            "track": parcel["track"] or "EXTERNAL",
        }
        rows.append(Row(f"parcel/{parcel_id}", value))
    return Outcome(rows=tuple(rows))


RULE: Final = Rule(kind="external.lock", read=read, needs=needs, decide=decide)
