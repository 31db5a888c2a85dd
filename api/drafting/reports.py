"""Drafting `report.submit`: from two plot CSVs to the numbers that people sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.drafting.draft import Desk, Draft, draft_order
from api.inputs.factors import FactorRow, parameters_bytes
from api.inputs.forest_parameters import ForestModels, forest_models
from api.inputs.plots import read_plots
from contracts.v1.forest_inputs import ForestCase, Stated, Stratum
from contracts.v1.forest_plots import METHODOLOGY, VERSION, ForestResult, digest_input, measure
from contracts.values import Json

DAYS_PER_YEAR = Decimal("365.25")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlan:
    """What the owner states beside the plot data."""

    account: str
    project: str
    period: tuple[date, date]
    strata: tuple[Stratum, ...]
    baseline: Stated
    leakage: Stated
    plausibility_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A result with the digest of its input and the published rows that it rests on."""

    result: ForestResult
    input_sha256: str
    models: ForestModels
    trees: int


def compute_report(
    plan: ReportPlan, before: bytes, after: bytes, rows: Sequence[FactorRow]
) -> Computed:
    """Compute a monitoring report from the plot CSVs of two campaigns.

    Args:
        plan: Period, strata, baseline and leakage.
        before: The earlier campaign's file as handed in.
        after: The later campaign's file.
        rows: The published parameter rows, as they stand in the log.

    Raises:
        InputError: a file cannot be read; the sentence names the line.
        MethodError: the data cannot be computed.
    """
    models = forest_models(rows)
    first = read_plots(before, species=models.names())
    second = read_plots(after, species=models.names())
    days = (plan.period[1] - plan.period[0]).days + 1
    case = ForestCase(
        before=first.campaign,
        after=second.campaign,
        strata=plan.strata,
        species=models.species,
        stocks=models.stocks,
        baseline=plan.baseline,
        leakage=plan.leakage,
        years=Decimal(days) / DAYS_PER_YEAR,
    )
    digest = digest_input(
        before=before,
        after=after,
        strata=plan.strata,
        parameters=parameters_bytes(models.rows),
    )
    return Computed(
        result=measure(case),
        input_sha256=digest,
        models=models,
        trees=len(first.campaign.trees) + len(second.campaign.trees),
    )


def draft_report(desk: Desk, plan: ReportPlan, computed: Computed) -> Draft:
    """Draft the order that states a computed report."""
    body: dict[str, Json] = {
        "account": plan.account,
        "area_m2": sum(stratum.area_m2 for stratum in plan.strata),
        "baseline_reason": plan.baseline.reason,
        "engine": {"id": METHODOLOGY, "version": str(VERSION)},
        "input_sha256": computed.input_sha256,
        "leakage_reason": plan.leakage.reason,
        "parameters": [
            *sorted({f"param/{row.table}/{row.factor_id}" for row in computed.models.rows})
        ],
        "period": {"end": plan.period[1].isoformat(), "start": plan.period[0].isoformat()},
        "plausibility_reason": plan.plausibility_reason,
        "project": plan.project,
        "result": {**computed.result.numbers()},
    }
    return draft_order(desk, "report.submit", f"acct/{plan.account}", body)
