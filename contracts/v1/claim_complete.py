"""`claim.complete`: the claim may be called 零碳 once retired kilograms cover the residual.

The arithmetic gate: retired kg, less what a loss has impaired, ≥ ⌈residual kg⌉, at least one
recorded real reduction, a second reviewer (another person than the one who initiates), and the
deadline not passed. The coverage is stored and always shown. A third party that assures is
another organisation than the claimant. The declaration holds the fields that must be published.
The last day on which the certificate may be displayed is computed here, once.

Source: MEE 公告2019年第19号 (declaration: event, organiser, dates, boundary and emissions, offset
type and completion, how confirmed, evaluator and conclusion, declarant and date); ISO 14068-1:2023
(reduction before offset, no forward units).

Example:
    Residual 42,317,604 g, retired 42,318 kg: 42,318,000 ≥ 42,317,604, coverage 1000 ‰. With
    42,317 kg retired the claim is refused: 1 kg short.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.authority import Need, representative
from contracts.books import Books
from contracts.dates import date_at, end_of_day_us, years_after
from contracts.form import ID, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import claim as find_claim
from contracts.lookup import integer_of, list_of, object_of, objects_of, text_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.agency import Agency, agency_needs, agent_of, read_agency
from contracts.v1.claim_deadline import check_open
from contracts.v1.impairment import impaired_kg_of_claim
from contracts.v1.programme import DISPLAY_YEARS
from contracts.values import Json, Moment, Outcome, Row, Value

ASSURANCES: Final = ("self", "third_party")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCompletion:
    """The body: the assurance and the published declaration."""

    claim: str
    account: str
    assurance: dict[str, Json]
    declared_on: date
    declaration: dict[str, Json]
    agency: Agency | None


def read(form: Form) -> ClaimCompletion:
    """Read the body."""
    inner = form.form("declaration")
    declared_on = inner.day("declared_on")
    declaration: dict[str, Json] = {
        "conclusion": inner.words("conclusion", most=300),
        "declarant": inner.words("declarant"),
        "declared_on": declared_on.isoformat(),
        "evaluator": inner.words("evaluator"),
    }
    inner.done()
    body = ClaimCompletion(
        claim=form.text("claim", ID),
        account=form.text("account", ID),
        assurance=_read_assurance(form.form("assurance")),
        declared_on=declared_on,
        declaration=declaration,
        agency=read_agency(form),
    )
    form.done()
    return body


def _read_assurance(form: Form) -> dict[str, Json]:
    kind = form.choice("kind", ASSURANCES)
    assurance: dict[str, Json] = {"kind": kind}
    if kind == "third_party":
        assurance["body"] = form.organisation("body")
        assurance["report_sha256"] = form.text("report_sha256", SHA256)
    form.done()
    return assurance


def needs(books: Books, order: Order, body: ClaimCompletion) -> tuple[Need, ...]:
    """One person initiates and a second one reviews, whether or not under dual control."""
    own = agency_needs(books, order, body.account, body.agency)
    return (own[0], representative(own[0].account, "approve"))


def decide(books: Books, order: Order, body: ClaimCompletion, moment: Moment) -> Outcome:
    """Complete the claim.

    Raises:
        Refused: `MANDATE_MISSING`; `ACCOUNT_TYPE_WRONG`, `CLAIM_UNKNOWN`,
            `CLAIM_NOT_OWN`, `CLAIM_STATE_WRONG`; `RETIRED_TOO_LITTLE`;
            `NOT_INDEPENDENT` (the claimant assures itself), `REDUCTION_MISSING`,
            `DEADLINE_PASSED`, `DECLARATION_TOO_EARLY` (dated in the future, or before the
            measurement could be).
    """
    agent = agent_of(books, order, body.agency, moment)
    find_account(books, body.account, "holder")
    claim = find_claim(books, body.claim)
    if claim["account"] != body.account:
        raise Refused(RefusalCode.CLAIM_NOT_OWN, claim=body.claim)
    if claim["measurement"] is None or claim["completion"] is not None:
        raise Refused(RefusalCode.CLAIM_STATE_WRONG, claim=body.claim)
    measurement = object_of(claim, "measurement")
    permille = _check_coverage(books, claim, integer_of(measurement, "residual_g"))
    _check_assurer(claim, body.assurance)
    if not objects_of(measurement, "reductions"):
        raise Refused(RefusalCode.REDUCTION_MISSING, claim=body.claim)
    check_open(claim, moment)
    today = date_at(moment.at_us)
    if body.declared_on > today or body.declared_on.isoformat() <= _last_day(claim):
        raise Refused(RefusalCode.DECLARATION_TOO_EARLY, today=today.isoformat())
    display_until = years_after(body.declared_on, DISPLAY_YEARS[text_of(claim, "kind")])
    completion: dict[str, Json] = {
        "agent": agent,
        "assurance": body.assurance,
        "at_us": moment.at_us,
        "coverage_permille": permille,
        "declaration": {**body.declaration, "offset_completed_on": today.isoformat()},
        "display_until": display_until.isoformat(),
        "display_until_at_us": end_of_day_us(display_until),
        "seq": moment.seq,
    }
    return Outcome(rows=(Row(f"claim/{body.claim}", {**claim, "completion": completion}),))


def _last_day(claim: Value) -> str:
    return str(object_of(claim, "dates")["end"])


def _check_assurer(claim: Value, assurance: dict[str, Json]) -> None:
    if assurance["kind"] != "third_party":
        return
    assurer, claimant = object_of(assurance, "body"), object_of(claim, "claimant")
    if assurer["uscc"] == claimant["uscc"]:
        raise Refused(RefusalCode.NOT_INDEPENDENT, account=claim["account"], other=assurer["uscc"])


def residual_kg(residual_g: int) -> int:
    """Return the whole kilograms that cover a residual: rounded up.

    Example:
        residual_kg(42_317_604) == 42_318
    """
    return -(-residual_g // 1000)


def _check_coverage(books: Books, claim: Value, residual_g: int) -> int:
    """Return the coverage in ‰, rounded down; impaired kilograms cover nothing.

    Raises:
        Refused: `RETIRED_TOO_LITTLE`, with the coverage that there is.
    """
    retired_kg = integer_of(claim, "retired_kg") - impaired_kg_of_claim(books, claim)
    permille = retired_kg * 1000 * 1000 // residual_g
    if retired_kg < residual_kg(residual_g):
        raise Refused(
            RefusalCode.RETIRED_TOO_LITTLE,
            retired_kg=retired_kg,
            residual_kg=residual_kg(residual_g),
            coverage_permille=permille,
            retirements=len(list_of(claim, "retirements")),
        )
    return permille


RULE: Final = Rule(kind="claim.complete", read=read, needs=needs, decide=decide)
