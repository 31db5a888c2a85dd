"""`claim.measure`: the organiser states the measured inventory and the reductions made.

Six source groups are always stated, an empty one as zero. The residual is what was measured
after real reductions; a reduction is recorded, never subtracted again. What was left out must be
estimated, each below 1 % and all together below 5 % of the total. Every factor belongs to events
and is valid on the event's last day, as the engine wants it; its proxies are just those factors
that an officer had to confirm, so that none can be left unnamed.

Source: MEE 公告2019年第19号, six source groups; NZCE methodology (extrapolation); PAS 2060's 1 %
and 5 % significance guide. Factors are published parameters and usable ones.

Example:
    Groups 1,204,300 + 9,870,004 + 21,400,500 + 8,200,000 + 1,300,800 + 342,000 g make a total and
    residual of 42,317,604 g: 42,318 kg must be retired.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need
from contracts.books import Books
from contracts.dates import date_at
from contracts.form import ID, PARAMETER, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import claim as find_claim
from contracts.lookup import date_of, list_of, object_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.size import json_bytes
from contracts.v1.agency import Agency, agency_needs, agent_of, read_agency
from contracts.v1.claim_deadline import check_open
from contracts.v1.parameters_publish import check_usable, find_parameters
from contracts.v1.project_register import METHODOLOGY_ID, VERSION
from contracts.values import Json, Moment, Outcome, Row

GROUPS: Final = ("energy", "fuel", "hospitality", "supplies", "transport", "waste")
ENGINES: Final = (("SL-EVENT", "1"),)
GRAMS_MAX: Final = 10**14
"""Of one source group, 100 Mt: sums then stay exact for every reader of the log."""

EXCLUDED_SHARE_ONE: Final = 100
EXCLUDED_SHARE_ALL: Final = 20
CLAIM_BYTES_MAX: Final = 15 * 1024
"""Of a measured claim's row: retirements and the declaration must still fit into an entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMeasurement:
    """The body: grams of CO2e by source group, reductions, exclusions, factors used."""

    claim: str
    account: str
    total_g: int
    residual_g: int
    groups: dict[str, int]
    engine: tuple[str, str]
    reductions: tuple[dict[str, Json], ...]
    excluded_g: tuple[int, ...]
    factors: tuple[str, ...]
    proxies: tuple[str, ...]
    agency: Agency | None
    described: dict[str, Json]


def read(form: Form) -> ClaimMeasurement:
    """Read the body."""
    engine_form = form.form("engine")
    engine = engine_form.text("id", METHODOLOGY_ID), engine_form.text("version", VERSION)
    engine_form.done()
    groups = form.form("groups_g")
    excluded = [_read_excluded(item) for item in form.forms("excluded", most=12)]
    body = ClaimMeasurement(
        claim=form.text("claim", ID),
        account=form.text("account", ID),
        total_g=form.integer("total_g", low=1),
        residual_g=form.integer("residual_g", low=1),
        groups={name: groups.integer(name, high=GRAMS_MAX) for name in GROUPS},
        engine=engine,
        reductions=tuple(_read_reduction(item) for item in form.forms("reductions", most=12)),
        excluded_g=tuple(estimate_g for _, estimate_g in excluded),
        factors=form.texts("factors", PARAMETER, least=1, most=80),
        proxies=form.texts("proxies", PARAMETER, most=80),
        agency=read_agency(form),
        described={
            "computed_by": form.organisation("computed_by") if form.has("computed_by") else "self",
            "engine": {"id": engine[0], "version": engine[1]},
            "excluded": [item for item, _ in excluded],
            "input_sha256": form.text("input_sha256", SHA256),
        },
    )
    groups.done()
    form.done()
    return body


def _read_reduction(form: Form) -> dict[str, Json]:
    reduction: dict[str, Json] = {
        "description": form.words("description", most=200),
        "evidence_sha256": form.text("evidence_sha256", SHA256),
        "quantity_kg": form.integer("quantity_kg", low=1),
    }
    form.done()
    return reduction


def _read_excluded(form: Form) -> tuple[dict[str, Json], int]:
    estimate_g = form.integer("estimate_g", high=GRAMS_MAX)
    excluded: dict[str, Json] = {
        "category": form.words("category", most=100),
        "estimate_g": estimate_g,
        "reason": form.words("reason", most=200),
    }
    form.done()
    return excluded, estimate_g


def needs(books: Books, order: Order, body: ClaimMeasurement) -> tuple[Need, ...]:
    """The claimant's representatives sign, or its agent's."""
    return agency_needs(books, order, body.account, body.agency)


def decide(books: Books, order: Order, body: ClaimMeasurement, moment: Moment) -> Outcome:
    """Record the measurement; before anything is retired for the claim it may be stated anew.

    Raises:
        Refused: `MANDATE_MISSING`; `ACCOUNT_TYPE_WRONG`, `CLAIM_UNKNOWN`,
            `CLAIM_NOT_OWN`, `CLAIM_STATE_WRONG`, `PARAMETER_UNKNOWN`; `NUMBERS_DO_NOT_ADD_UP`;
            `METHODOLOGY_UNKNOWN`, `EVENT_NOT_OVER`, `DEADLINE_PASSED`, `REDUCTION_MISSING`,
            `EXCLUSIONS_TOO_LARGE`, `PARAMETER_NOT_USABLE`, `PROXIES_MISSTATED`; last `TOO_LARGE`.
    """
    agent = agent_of(books, order, body.agency, moment)
    find_account(books, body.account, "holder")
    claim = find_claim(books, body.claim)
    if claim["account"] != body.account:
        raise Refused(RefusalCode.CLAIM_NOT_OWN, claim=body.claim)
    if claim["completion"] is not None or list_of(claim, "retirements"):
        raise Refused(RefusalCode.CLAIM_STATE_WRONG, claim=body.claim)
    parameters = find_parameters(books, body.factors)
    summed_g = sum(body.groups.values())
    if summed_g != body.total_g or body.residual_g != body.total_g:
        raise Refused(RefusalCode.NUMBERS_DO_NOT_ADD_UP, total_g=body.total_g, groups_g=summed_g)
    if body.engine not in ENGINES:
        raise Refused(RefusalCode.METHODOLOGY_UNKNOWN, methodology=" ".join(body.engine))
    if date_at(moment.at_us) <= date_of(object_of(claim, "dates"), "end"):
        raise Refused(RefusalCode.EVENT_NOT_OVER, dates=claim["dates"])
    check_open(claim, moment)
    _check_inventory(body)
    last_day = date_of(object_of(claim, "dates"), "end")
    check_usable(parameters, domain="ORG_EVENT", day=last_day)
    proxies = [key for key in body.factors if parameters[key]["needs_confirmation"] is True]
    if set(body.proxies) != set(proxies):
        raise Refused(RefusalCode.PROXIES_MISSTATED, expected=[*sorted(proxies)])
    groups: list[Json] = [{"emissions_g": body.groups[name], "group": name} for name in GROUPS]
    measurement: dict[str, Json] = {
        **body.described,
        "agent": agent,
        "factors": [*body.factors],
        "groups": groups,
        "proxies": [*body.proxies],
        "reductions": [*body.reductions],
        "residual_g": body.residual_g,
        "seq": moment.seq,
        "total_g": body.total_g,
    }
    measured: dict[str, Json] = {**claim, "measurement": measurement}
    size = json_bytes(measured)
    if size > CLAIM_BYTES_MAX:
        raise Refused(RefusalCode.TOO_LARGE, claim_bytes=size, bytes_max=CLAIM_BYTES_MAX)
    return Outcome(rows=(Row(f"claim/{body.claim}", measured),))


def _check_inventory(body: ClaimMeasurement) -> None:
    if not body.reductions:
        raise Refused(RefusalCode.REDUCTION_MISSING, claim=body.claim)
    largest, together = max(body.excluded_g, default=0), sum(body.excluded_g)
    if (
        largest * EXCLUDED_SHARE_ONE >= body.total_g
        or together * EXCLUDED_SHARE_ALL >= body.total_g
    ):
        raise Refused(RefusalCode.EXCLUSIONS_TOO_LARGE, largest_g=largest, together_g=together)


RULE: Final = Rule(kind="claim.measure", read=read, needs=needs, decide=decide)
