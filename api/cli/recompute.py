"""`sinkledger recompute`: does a recorded report follow from its evidence?

Whoever holds the plot files computes the report anew, with the parameters as they stood in the
log when it was recorded, and compares every number and the digest of the input.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from api.cli.computed import AreasOption, stratum_of
from api.cli.output import CommandError, print_json, print_table
from api.cli.place import DataOption, JsonOption, open_place
from api.drafting.published import parameter_rows_before
from api.drafting.reports import Computed, ReportPlan, compute_report
from api.inputs.errors import InputError
from api.inputs.text import read_file
from contracts.lookup import integer_of, object_of, period_of, text_of
from contracts.v1.forest_inputs import Stated, Stratum
from contracts.v1.forest_plots import METHODOLOGY, VERSION
from contracts.v1.method_error import MethodError
from contracts.values import Json, Value
from ledger.registry import Registry

commands = typer.Typer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One thing that the report states, and what its evidence yields."""

    name: str
    recorded: Json
    computed: Json

    @property
    def equal(self) -> bool:
        """Say whether both are the same."""
        return self.recorded == self.computed


@commands.command("recompute")
def recompute(
    report: Annotated[str, typer.Argument(help="Id of a recorded report.")],
    before: Annotated[Path, typer.Option("--before", help="Plot CSV of the earlier campaign.")],
    after: Annotated[Path, typer.Option("--after", help="Plot CSV of the later campaign.")],
    stratum: AreasOption,
    data: DataOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Compute a recorded report anew from its evidence; exit 0 only if everything is equal.

    Baseline and leakage are taken from the report, in whole kilograms: they are stated, with
    reasons, and do not follow from the plots.
    """
    registry = open_place(data)
    row = registry.books().row(f"report/{report}")
    if row is None:
        raise CommandError(f"there is no report {report}; report.submit gives the id")
    strata = tuple(stratum_of(item) for item in stratum)
    try:
        computed = _compute(registry, row, strata, (read_file(before), read_file(after)))
    except InputError as error:
        raise CommandError(f"{error.zh}\n{error.en}") from error
    except (MethodError, OSError) as error:
        raise CommandError(str(error)) from error
    compared = compare(row, computed, sum(one.area_m2 for one in strata))
    _show(report, compared, as_json=as_json)
    if not all(one.equal for one in compared):
        raise typer.Exit(1)


def compare(row: Value, computed: Computed, area_m2: int) -> tuple[Comparison, ...]:
    """Compare a report's row with what its evidence yields, number by number."""
    rows = computed.models.rows
    parameters: list[Json] = [*sorted({f"param/{one.table}/{one.factor_id}" for one in rows})]
    yielded: dict[str, Json] = {
        **computed.result.numbers(),
        "area_m2": area_m2,
        "input_sha256": computed.input_sha256,
        "parameters": parameters,
    }
    return tuple(
        Comparison(name=name, recorded=row[name], computed=value) for name, value in yielded.items()
    )


def _compute(
    registry: Registry, row: Value, strata: tuple[Stratum, ...], plots: tuple[bytes, bytes]
) -> Computed:
    engine = object_of(row, "engine")
    if engine != {"id": METHODOLOGY, "version": str(VERSION)}:
        raise CommandError(f"this version computes {METHODOLOGY} {VERSION}, not {engine}")
    plan = ReportPlan(
        account=text_of(row, "account"),
        project=text_of(row, "project"),
        period=period_of(row, "period"),
        strata=strata,
        baseline=_stated(row, "baseline"),
        leakage=_stated(row, "leakage"),
    )
    rows = parameter_rows_before(registry, integer_of(row, "submitted_seq"))
    return compute_report(plan, *plots, rows)


def _stated(row: Value, name: str) -> Stated:
    return Stated(
        quantity_kg=Decimal(integer_of(row, f"{name}_kg")), reason=text_of(row, f"{name}_reason")
    )


def _show(report: str, compared: tuple[Comparison, ...], *, as_json: bool) -> None:
    differing = [one for one in compared if not one.equal]
    if as_json:
        print_json(
            {
                "different": {
                    one.name: {"computed": one.computed, "recorded": one.recorded}
                    for one in differing
                },
                "equal": not differing,
                "input_equal": all(one.name != "input_sha256" for one in differing),
                "report": report,
            }
        )
        return
    lines = [
        (
            one.name,
            _brief(one.recorded)
            if one.equal
            else f"recorded {_brief(one.recorded)}, computed {_brief(one.computed)}",
        )
        for one in compared
    ]
    verdict = f"{len(differing)} different" if differing else "equal: the report follows from it"
    print_table(f"Report {report}", [*lines, ("verdict", verdict)])


def _brief(value: Json) -> str:
    """Return a value as a line shows it; a list by its length, because nobody reads 60 keys."""
    return f"{len(value)} rows" if isinstance(value, list) else str(value)
