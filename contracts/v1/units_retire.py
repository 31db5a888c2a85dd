"""`units.retire`: units leave circulation for good, for a named beneficiary (注销).

Several ranges make one statement. The claim that it serves is named now or never: a retirement
without a claim can't be attached to one later. For a claim the beneficiary is its claimant.

Source: Measures art. 6 and 28 (units used for an offset or the public good are cancelled in the
registry). Judicial subscription (法释〔2022〕16号 art. 20) is off, because 经核证 may not cover
local units.

Example:
    A claim has a residual of 42,317.604 kg. Retiring 42,318 kg for it from the oldest units of
    the organiser's account moves them to retired/<this seq> and counts 42,318 kg to the claim.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.authority import Need
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.form import COUNTY, ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import claim as find_claim
from contracts.lookup import integer_of, list_of, object_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.selection import read_units, take
from contracts.v1.agency import Agency, agency_needs, agent_of, read_agency
from contracts.v1.claim_deadline import check_open
from contracts.v1.impairment import impaired_kg_of_claim
from contracts.values import (
    Json,
    Moment,
    Movement,
    Outcome,
    Row,
    Value,
    account_place,
    retired_place,
)

PURPOSES: Final = ("event", "gift", "meeting", "public_good", "voluntary")
CLAIM_PURPOSES: Final = {"EVENT": "event", "MEETING": "meeting"}
BATCHES_MAX: Final = 16
RETIREMENTS_MAX: Final = 32
"""Retirements for one claim: its row must always fit into an entry, or it could never complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """The body; `described` are the fields that the row repeats as they are."""

    account: str
    quantity_kg: int | None
    ranges: tuple[Movement, ...]
    purpose: str
    claim: str | None
    agency: Agency | None
    described: dict[str, Json]


def read(form: Form) -> Retirement:
    """Read the body."""
    quantity_kg, ranges = read_units(form)
    purpose = form.choice("purpose", PURPOSES)
    claim = form.optional_text("claim", ID)
    described: dict[str, Json] = {
        "beneficiary": _read_beneficiary(form.form("beneficiary")),
        "claim": claim,
        "consumption_period": _read_period(form),
        "payer": form.organisation("payer") if form.has("payer") else None,
        "place": _read_place(form),
        "purpose": purpose,
        "statement": form.words("statement", most=200) if form.has("statement") else None,
    }
    body = Retirement(
        account=form.text("account", ID),
        quantity_kg=quantity_kg,
        ranges=ranges,
        purpose=purpose,
        claim=claim,
        agency=read_agency(form),
        described=described,
    )
    form.done()
    return body


def _read_beneficiary(form: Form) -> dict[str, Json]:
    """An organisation in clear, or a person as a salted commitment (opened on paper only)."""
    if form.has("person"):
        person: dict[str, Json] = {"person": form.text("person", SHA256)}
        form.done()
        return person
    named: dict[str, Json] = {"org": form.organisation("org")}
    form.done()
    return named


def _read_period(form: Form) -> Json:
    if not form.has("consumption_period"):
        return None
    start, end = form.period("consumption_period")
    return {"end": _iso(end), "start": _iso(start)}


def _iso(day: date) -> str:
    return day.isoformat()


def _read_place(form: Form) -> Json:
    if not form.has("place"):
        return None
    inner = form.form("place")
    place: dict[str, Json] = {"county": inner.text("county", COUNTY)}
    inner.done()
    return place


def needs(books: Books, order: Order, body: Retirement) -> tuple[Need, ...]:
    """The holder's representatives sign, or its agent's."""
    return agency_needs(books, order, body.account, body.agency)


def decide(books: Books, order: Order, body: Retirement, moment: Moment) -> Outcome:
    """Retire the units; the retirement's id derives from this entry's position.

    Raises:
        Refused: `MANDATE_MISSING`; `ACCOUNT_TYPE_WRONG`, `CLAIM_UNKNOWN`,
            `CLAIM_NOT_OWN` (others transfer units to the claimant instead), `CLAIM_STATE_WRONG`;
            then `BATCH_UNKNOWN`, `UNITS_NOT_HELD`, `BALANCE_TOO_LOW`, `TOO_MANY_RANGES`,
            `RETIRED_TOO_LITTLE` (a claim's last possible retirement must cover the rest); then
            `CLAIM_PURPOSE_WRONG`, `BENEFICIARY_NOT_CLAIMANT`, `CLAIM_ALREADY_COVERED`,
            `DEADLINE_PASSED`.
    """
    agent = agent_of(books, order, body.agency, moment)
    account = find_account(books, body.account, "holder")
    claim = find_claim(books, body.claim) if body.claim else None
    if claim is not None and claim["account"] != body.account:
        raise Refused(RefusalCode.CLAIM_NOT_OWN, claim=body.claim)
    if claim is not None and (claim["measurement"] is None or claim["completion"] is not None):
        raise Refused(RefusalCode.CLAIM_STATE_WRONG, claim=body.claim)
    movements = take(
        books,
        account_place(body.account),
        retired_place(moment.seq),
        body.quantity_kg,
        body.ranges,
    )
    quantity_kg = sum(movement.quantity_kg for movement in movements)
    retirement = encode_id(moment.seq)
    value: dict[str, Json] = {
        **body.described,
        "account": body.account,
        "agent": agent,
        "batches": batches_of(books, movements),
        "ets_covered": account["ets_covered"],
        "from": account_place(body.account),
        "org": account["org"],
        "quantity_kg": quantity_kg,
        "retired_at_us": moment.at_us,
        "retired_seq": moment.seq,
    }
    rows = [Row(f"retire/{retirement}", value)]
    if claim is not None and body.claim is not None:
        covering_kg = integer_of(claim, "retired_kg") - impaired_kg_of_claim(books, claim)
        _check_claim(body, claim, (covering_kg, quantity_kg), moment)
        changed = _counted(claim, quantity_kg, retirement, moment)
        rows.insert(0, Row(f"claim/{body.claim}", changed))
    return Outcome(movements=movements, rows=tuple(rows))


def _counted(claim: Value, quantity_kg: int, retirement: str, moment: Moment) -> dict[str, Json]:
    entry: Json = {
        "quantity_kg": quantity_kg,
        "retired_at_us": moment.at_us,
        "retirement": retirement,
        "seq": moment.seq,
    }
    return {
        **claim,
        "retired_kg": integer_of(claim, "retired_kg") + quantity_kg,
        "retirements": [*list_of(claim, "retirements"), entry],
    }


def _check_claim(
    body: Retirement, claim: Value, quantities_kg: tuple[int, int], moment: Moment
) -> None:
    """Check what is retired for a claim: what covers it already (unimpaired), and this order."""
    residual_g = integer_of(object_of(claim, "measurement"), "residual_g")
    retired_kg, quantity_kg = quantities_kg
    last = len(list_of(claim, "retirements")) + 1 >= RETIREMENTS_MAX
    if last and (retired_kg + quantity_kg) * 1000 < residual_g:
        raise Refused(
            RefusalCode.RETIRED_TOO_LITTLE,
            retired_kg=retired_kg,
            quantity_kg=quantity_kg,
            residual_g=residual_g,
            retirements_max=RETIREMENTS_MAX,
        )
    if CLAIM_PURPOSES.get(str(claim["kind"])) != body.purpose:
        raise Refused(RefusalCode.CLAIM_PURPOSE_WRONG, kind=claim["kind"], purpose=body.purpose)
    if body.described["beneficiary"] != {"org": claim["claimant"]}:
        raise Refused(RefusalCode.BENEFICIARY_NOT_CLAIMANT, claim=body.claim)
    if retired_kg * 1000 >= residual_g:
        raise Refused(RefusalCode.CLAIM_ALREADY_COVERED, retired_kg=retired_kg)
    check_open(claim, moment)


def batches_of(books: Books, movements: tuple[Movement, ...]) -> list[Json]:
    """Return what a paper needs to name the units without looking anywhere else.

    Raises:
        Refused: `TOO_MANY_RANGES` with more than 16 batches; the kilograms that would fit.
    """
    quantities: dict[str, int] = {}
    for movement in movements:
        if movement.batch not in quantities and len(quantities) == BATCHES_MAX:
            raise Refused(RefusalCode.TOO_MANY_RANGES, fitting_kg=sum(quantities.values()))
        quantities[movement.batch] = quantities.get(movement.batch, 0) + movement.quantity_kg
    found: list[Json] = []
    for batch in sorted(quantities):
        row = books.row(f"batch/{batch}")
        if row is None:
            raise Refused(RefusalCode.BATCH_UNKNOWN, batch=batch)
        method = object_of(row, "methodology")
        found.append(
            {
                "affiliated": row["affiliated"],
                "batch": batch,
                "counties": row["counties"],
                "methodology": {"id": method["id"], "version": method["version"]},
                "name": row["name"],
                "project": row["project"],
                "quantity_kg": quantities[batch],
                "track": "LOCAL",
                "verifier": row["verifier"],
            }
        )
    return found


RULE: Final = Rule(kind="units.retire", read=read, needs=needs, decide=decide)
