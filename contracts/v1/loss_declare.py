"""`loss.declare`: carbon that was issued has gone, by fire, pest, conversion, grazing or drought.

The pooled buffer of the ecosystem covers it first, oldest units first (buffer/<pool> to
cancelled/<this seq>). What a buffer that is then empty does not cover, the project's owner owes
until the same date next year; until then, and while it is replaced, certificates stay valid.

Source: Measures art. 43 (an equal quantity); VCS AFOLU NPRT (buffer first, then the owner);
domain sheet of this registry, invariant 7 and loss event.

Example:
    A fire takes 200,000 kg, and the forest buffer has 130,275: all of these are cancelled, and
    69,725 kg are owed. Declared on 2026-10-26, they are due through 2027-10-26.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.dates import date_at, end_of_day_us, years_after
from contracts.form import ID, SHA256, Form
from contracts.lookup import integer_of, period_of, text_of, texts_of
from contracts.lookup import project as find_project
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.selection import take
from contracts.v1.batch_issue import GROSS_KG_MAX
from contracts.v1.programme import POOLS, REPLACEMENT_YEARS
from contracts.v1.project_register import NUMBER, PARCELS_MAX
from contracts.values import (
    Json,
    Moment,
    Movement,
    Outcome,
    Row,
    Value,
    buffer_place,
    cancelled_place,
)

CAUSES: Final = ("conversion", "drought", "fire", "grazing_breach", "other", "pest")


@dataclass(frozen=True, slots=True, kw_only=True)
class LossDeclaration:
    """The body: what was lost where, when and why; no parcels mean the whole project."""

    project: str
    parcels: tuple[str, ...]
    quantity_kg: int
    happened_on: date
    described: dict[str, Json]


def read(form: Form) -> LossDeclaration:
    """Read the body."""
    parcels = form.texts("parcels", ID, least=1, most=PARCELS_MAX) if form.has("parcels") else ()
    happened_on = form.day("happened_on")
    body = LossDeclaration(
        project=form.text("project", NUMBER),
        parcels=tuple(sorted(parcels)),
        quantity_kg=form.integer("quantity_kg", low=1, high=GROSS_KG_MAX),
        happened_on=happened_on,
        described={
            "cause": form.choice("cause", CAUSES),
            "evidence_sha256": form.text("evidence_sha256", SHA256),
            "happened_on": happened_on.isoformat(),
        },
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: LossDeclaration) -> tuple[Need, ...]:
    """An issuer and a supervisor sign: two persons."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("issuer"), officer("supervisor"))


def decide(books: Books, order: Order, body: LossDeclaration, moment: Moment) -> Outcome:
    """Record the loss; its id derives from this entry's position.

    Raises:
        Refused: `PROJECT_UNKNOWN`, `PARCEL_NOT_IN_PROJECT`; `LOSS_TOO_LARGE` (all losses of a
            project, against what it issued), `TOO_MANY_RANGES` (declare the kilograms that fit,
            then the rest); `LOSS_DATE_WRONG`.
    """
    del order
    project = find_project(books, body.project)
    for parcel in body.parcels:
        if parcel not in texts_of(project, "parcels"):
            raise Refused(RefusalCode.PARCEL_NOT_IN_PROJECT, parcel=parcel, project=body.project)
    declared_kg = _declared_kg(books, body, project)
    movements = _from_buffer(books, project, body.quantity_kg, moment)
    _check_date(project, body.happened_on, moment)
    covered_kg = sum(movement.quantity_kg for movement in movements)
    due = years_after(date_at(moment.at_us), REPLACEMENT_YEARS)
    value: dict[str, Json] = {
        **body.described,
        "account": project["account"],
        "buffer_kg": covered_kg,
        "cursor": None,
        "declared_at_us": moment.at_us,
        "declared_seq": moment.seq,
        "due": due.isoformat(),
        "due_at_us": end_of_day_us(due),
        "impaired_kg": 0,
        "last_impaired": None,
        "owed_kg": body.quantity_kg - covered_kg,
        "parcels": [*body.parcels] or None,
        "project": body.project,
        "quantity_kg": body.quantity_kg,
        "replaced_kg": 0,
    }
    rows = (
        Row(f"loss/{encode_id(moment.seq)}", value),
        Row(f"losses/{body.project}", {"declared_kg": declared_kg}),
    )
    return Outcome(movements=movements, rows=rows)


def _declared_kg(books: Books, body: LossDeclaration, project: Value) -> int:
    """Return what this project has lost in all; never more than it issued."""
    known = books.row(f"losses/{body.project}")
    earlier_kg = integer_of(known, "declared_kg") if known is not None else 0
    issued_kg = integer_of(project, "issued_kg")
    if earlier_kg + body.quantity_kg > issued_kg:
        raise Refused(
            RefusalCode.LOSS_TOO_LARGE,
            quantity_kg=body.quantity_kg,
            declared_kg=earlier_kg,
            issued_kg=issued_kg,
        )
    return earlier_kg + body.quantity_kg


def _from_buffer(
    books: Books, project: Value, quantity_kg: int, moment: Moment
) -> tuple[Movement, ...]:
    place = buffer_place(POOLS[text_of(project, "ecosystem")])
    held_kg = sum(block.quantity_kg for block in books.holdings(place, quantity_kg))
    covered_kg = min(held_kg, quantity_kg)
    if covered_kg == 0:
        return ()
    return take(books, place, cancelled_place(moment.seq), covered_kg, ())


def _check_date(project: Value, happened_on: date, moment: Moment) -> None:
    earliest, today = period_of(project, "crediting_period")[0], date_at(moment.at_us)
    if not earliest <= happened_on <= today:
        raise Refused(
            RefusalCode.LOSS_DATE_WRONG, earliest=earliest.isoformat(), today=today.isoformat()
        )


RULE: Final = Rule(kind="loss.declare", read=read, needs=needs, decide=decide)
