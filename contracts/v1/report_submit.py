"""`report.submit`: the owner reports the measured change of one monitoring period.

The numbers are what the methodology yields from the plot data; the log holds them with the
digest of the input and the engine's version, so that anyone with the data can recompute them.
Baseline and leakage are stated with reasons, also when they are zero, and are never negative.
Uncertainty is that of the change, and its deduction follows the bands of AR-TOOL14. A change that
is not positive has no relative uncertainty (999,999 ‰ stands for it): its whole half-width is
deducted.

Source: Measures art. 17 (five years); CDM AR-TOOL14 v4.2 appendix (bands); domain skeleton
CR = ΔC_PROJ − ΔC_BSL − LK, deducted for uncertainty, floored to whole kilograms.

Example:
    change 1,000,000 kg, half-width 120,000 kg: U = 12.0 % lies in the band 10–15 %, so 25 % of
    U is deducted: at least 30,000 kg. baseline 20,000, leakage 0: net 950,000 kg.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.authority import Need, holder_needs
from contracts.books import Books
from contracts.check_digits import encode_id
from contracts.dates import date_at, years_before
from contracts.form import ID, PARAMETER, SHA256, Form
from contracts.lookup import account as find_account
from contracts.lookup import date_of, integer_of, object_of, period_of, text_of
from contracts.lookup import project as find_project
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.parameters_publish import check_usable, find_parameters
from contracts.v1.programme import PLAUSIBLE_KG_PER_HA_YEAR_MAX, REPORT_AGE_YEARS_MAX
from contracts.v1.project_register import METHODOLOGY_ID, NUMBER, VERSION
from contracts.v1.uncertainty import deduct
from contracts.values import Json, Moment, Outcome, Row, Value

HECTARE_M2: Final = 10_000
KG_MAX: Final = 10**14
"""Of one term, 100 Gt: differences then stay exact for every reader of the log."""
YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Whole kilograms of CO2e over the monitoring period, and the relative uncertainty."""

    change_kg: int
    baseline_kg: int
    leakage_kg: int
    half_width_kg: int
    uncertainty_permille: int
    deduction_kg: int
    net_kg: int

    def to_json(self) -> dict[str, Json]:
        """Return the result as the report's row holds it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringReport:
    """The body; `described` are the fields that the row repeats as they are."""

    account: str
    project: str
    period: tuple[date, date]
    area_m2: int
    engine: tuple[str, str]
    result: Result
    parameters: tuple[str, ...]
    plausibility_reason: str | None
    described: dict[str, Json]


def read(form: Form) -> MonitoringReport:
    """Read the body."""
    start, end = form.period("period")
    engine = form.form("engine")
    named = (engine.text("id", METHODOLOGY_ID), engine.text("version", VERSION))
    engine.done()
    reason = form.optional_text("plausibility_reason", most=500)
    body = MonitoringReport(
        account=form.text("account", ID),
        project=form.text("project", NUMBER),
        period=(start, end),
        area_m2=form.integer("area_m2", low=1),
        engine=named,
        result=_read_result(form.form("result")),
        parameters=form.texts("parameters", PARAMETER, least=1, most=100),
        plausibility_reason=reason,
        described={
            "baseline_reason": form.text("baseline_reason", most=500),
            "engine": {"id": named[0], "version": named[1]},
            "input_sha256": form.text("input_sha256", SHA256),
            "leakage_reason": form.text("leakage_reason", most=500),
            "period": {"end": end.isoformat(), "start": start.isoformat()},
            "plausibility_reason": reason,
        },
    )
    form.done()
    return body


def _read_result(form: Form) -> Result:
    most = KG_MAX
    result = Result(
        change_kg=form.integer("change_kg", low=-most, high=most),
        baseline_kg=form.integer("baseline_kg", high=most),
        leakage_kg=form.integer("leakage_kg", high=most),
        half_width_kg=form.integer("half_width_kg", high=most),
        uncertainty_permille=form.integer("uncertainty_permille", high=1000_000),
        deduction_kg=form.integer("deduction_kg", high=most),
        net_kg=form.integer("net_kg", low=-4 * most, high=4 * most),
    )
    form.done()
    return result


def needs(books: Books, order: Order, body: MonitoringReport) -> tuple[Need, ...]:
    """The owner's representatives sign."""
    return holder_needs(books, order, body.account)


def decide(books: Books, order: Order, body: MonitoringReport, moment: Moment) -> Outcome:
    """Record the report; its id derives from this entry's position.

    Raises:
        Refused: `ACCOUNT_TYPE_WRONG`, `PROJECT_UNKNOWN`,
            `PARCEL_NOT_OWNED`, `PROJECT_NOT_VALIDATED`, `PARAMETER_UNKNOWN`;
            `AREA_MISSTATED`, `NUMBERS_DO_NOT_ADD_UP`, `DEDUCTION_TOO_SMALL`;
            `METHODOLOGY_UNKNOWN`, `MONITORING_PERIOD_WRONG`, `REPORT_TOO_OLD`,
            `PLAUSIBILITY_REASON_MISSING`, `PARAMETER_NOT_USABLE`.
    """
    del order
    find_account(books, body.account, "holder")
    project = find_project(books, body.project)
    if project["account"] != body.account:
        raise Refused(RefusalCode.PARCEL_NOT_OWNED, project=body.project, account=body.account)
    if project["validation"] is None:
        raise Refused(RefusalCode.PROJECT_NOT_VALIDATED, project=body.project)
    parameters = find_parameters(books, body.parameters)
    if body.area_m2 > integer_of(project, "area_m2"):
        raise Refused(RefusalCode.AREA_MISSTATED, area_m2=project["area_m2"])
    check_result(body.result)
    _check_programme(project, body, moment)
    check_usable(parameters, domain="SINK", day=date_at(moment.at_us))
    value: dict[str, Json] = {
        **body.described,
        **body.result.to_json(),
        "account": body.account,
        "area_m2": body.area_m2,
        "issued_kg": 0,
        "parameters": [*body.parameters],
        "project": body.project,
        "run": None,
        "submitted_seq": moment.seq,
        "verification": None,
    }
    return Outcome(rows=(Row(f"report/{encode_id(moment.seq)}", value),))


def check_result(result: Result) -> None:
    """Check the arithmetic that ties the stated numbers together.

    Raises:
        Refused: `NUMBERS_DO_NOT_ADD_UP`, `DEDUCTION_TOO_SMALL`.
    """
    net_kg = result.change_kg - result.baseline_kg - result.leakage_kg - result.deduction_kg
    if net_kg != result.net_kg:
        raise Refused(RefusalCode.NUMBERS_DO_NOT_ADD_UP, net_kg=result.net_kg, expected_kg=net_kg)
    least = deduct(change_kg=result.change_kg, half_width_kg=result.half_width_kg)
    if result.uncertainty_permille != least.uncertainty_permille:
        raise Refused(
            RefusalCode.NUMBERS_DO_NOT_ADD_UP,
            uncertainty_permille=result.uncertainty_permille,
            expected_permille=least.uncertainty_permille,
        )
    if result.deduction_kg < least.deduction_kg:
        raise Refused(
            RefusalCode.DEDUCTION_TOO_SMALL,
            deduction_kg=result.deduction_kg,
            least_kg=least.deduction_kg,
        )


def check_follows(project: Value, start: date, today: date) -> None:
    """Refuse a period that overlaps the last verified one, or leaves days out behind it.

    A bad year can then not be left out: the next report covers it. Only days that have become
    older than five years may be missing, because no report can cover them any more. Only a
    verified report closes its period, so that a report with a mistake can be sent again.

    Raises:
        Refused: `MONITORING_PERIOD_WRONG`.
    """
    if project["last_period_end"] is None:
        return
    next_day = date_of(project, "last_period_end") + timedelta(days=1)
    oldest = years_before(today, REPORT_AGE_YEARS_MAX)
    if start != next_day and not next_day < start <= oldest:
        raise Refused(
            RefusalCode.MONITORING_PERIOD_WRONG,
            last_period_end=project["last_period_end"],
            expected_start=max(next_day, oldest).isoformat(),
        )


def _check_programme(project: Value, body: MonitoringReport, moment: Moment) -> None:
    method = object_of(project, "methodology")
    if (method["id"], method["version"]) != body.engine:
        raise Refused(RefusalCode.METHODOLOGY_UNKNOWN, methodology=" ".join(body.engine))
    today = date_at(moment.at_us)
    crediting = period_of(project, "crediting_period")
    inside = crediting[0] <= body.period[0] and body.period[1] <= crediting[1]
    if not inside or body.period[1] > today:
        raise Refused(
            RefusalCode.MONITORING_PERIOD_WRONG,
            crediting_period=object_of(project, "crediting_period"),
            today=today.isoformat(),
        )
    check_follows(project, body.period[0], today)
    oldest = years_before(today, REPORT_AGE_YEARS_MAX)
    if body.period[0] < oldest:
        raise Refused(RefusalCode.REPORT_TOO_OLD, oldest=oldest.isoformat())
    days = (body.period[1] - body.period[0]).days + 1
    ceiling = PLAUSIBLE_KG_PER_HA_YEAR_MAX[text_of(project, "ecosystem")]
    implausible = body.result.net_kg * HECTARE_M2 * YEAR_DAYS > ceiling * body.area_m2 * days
    if implausible and body.plausibility_reason is None:
        raise Refused(
            RefusalCode.PLAUSIBILITY_REASON_MISSING,
            kg_per_ha_year_max=ceiling,
            net_kg=body.result.net_kg,
        )


RULE: Final = Rule(kind="report.submit", read=read, needs=needs, decide=decide)
