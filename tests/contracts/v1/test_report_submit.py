"""`report.submit`: the arithmetic of a monitoring report, its period, and what is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_bodies import AREA_M2, PLOT_FACTOR
from tests.support.main_steps import (
    BUYER,
    ENTERPRISE_ID,
    FARM_CLERK,
    FARM_ID,
)
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    both,
    change_row,
    changing,
    changing_in,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before
from tests.support.world import Step, World

BANDS = ((100, 0), (150, 25), (200, 50), (300, 75))
"""CDM AR-TOOL14 v4.2, appendix: up to U in ‰, per cent of U deducted."""


def result(change_kg: int, half_width_kg: int, deduction_kg: int, permille: int) -> Json:
    return {
        "baseline_kg": 0,
        "change_kg": change_kg,
        "deduction_kg": deduction_kg,
        "half_width_kg": half_width_kg,
        "leakage_kg": 0,
        "net_kg": change_kg - deduction_kg,
        "uncertainty_permille": permille,
    }


def exact(change_kg: int, half_width_kg: int) -> tuple[int, int]:
    """The least uncertainty in ‰ and deduction in kg, once more by another way."""
    if change_kg <= 0:
        return 999_999, half_width_kg
    ratio = Decimal(half_width_kg) * 1000 / Decimal(change_kg)
    permille = min(999_999, int(ratio) + (int(ratio) != ratio))
    percent = next((share for limit, share in BANDS if permille <= limit), 100)
    deduction = Decimal(half_width_kg) * percent / 100
    return permille, int(deduction) + (int(deduction) != deduction)


def test_records_the_worked_example() -> None:
    world, step = before("report.submit")
    (row,) = world.do(step).rows
    assert row.key == "report/000000HH"
    assert row.value["net_kg"] == 950_000
    assert row.value["period"] == {"end": "2026-08-31", "start": "2022-01-01"}
    assert row.value["verification"] is None
    assert (row.value["issued_kg"], row.value["run"]) == (0, None)


def test_a_report_may_be_sent_again_until_one_is_verified() -> None:
    world, step = before("report.submit")
    world.do(step)
    world.do(world.changed(step, baseline_reason="示例：更正"))
    world.do(before("report.verify")[1])
    asked = world.changed(step)
    assert refusal(world, asked).code is RefusalCode.MONITORING_PERIOD_WRONG


@given(
    change_kg=st.integers(min_value=-(10**6), max_value=10**6),
    half_width_kg=st.integers(min_value=0, max_value=10**6),
)
def test_the_deduction_follows_the_bands(change_kg: int, half_width_kg: int) -> None:
    world, step = before("report.submit")
    permille, least_kg = exact(change_kg, half_width_kg)
    world.do(world.changed(step, result=result(change_kg, half_width_kg, least_kg, permille)))
    if least_kg > 0:
        short = result(change_kg, half_width_kg, least_kg - 1, permille)
        refused = refusal(world, world.changed(step, result=short))
        assert refused.code is RefusalCode.DEDUCTION_TOO_SMALL
        assert refused.facts["least_kg"] == least_kg


@pytest.mark.parametrize(
    ("half_width_kg", "deduction_kg"),
    [
        pytest.param(100_000, 0, id="10.0-per-cent"),
        pytest.param(100_001, 25_001, id="a-little-over-10"),
        pytest.param(150_000, 37_500, id="15.0-per-cent"),
        pytest.param(150_001, 75_001, id="a-little-over-15"),
        pytest.param(200_001, 150_001, id="a-little-over-20"),
        pytest.param(300_001, 300_001, id="a-little-over-30"),
    ],
)
def test_the_edges_of_the_bands(half_width_kg: int, deduction_kg: int) -> None:
    assert exact(1_000_000, half_width_kg)[1] == deduction_kg
    world, step = before("report.submit")
    permille = exact(1_000_000, half_width_kg)[0]
    stated = result(1_000_000, half_width_kg, deduction_kg, permille)
    world.do(world.changed(step, result=stated))


def unconfirmed(world: World, step: Step) -> Step:
    change_row(world, PLOT_FACTOR, needs_confirmation=True)
    return world.changed(step)


def period(start: str, end: str) -> Spoil:
    return changing(period={"end": end, "start": start})


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(baseline_reason=...), RefusalCode.FIELD_MISSING, id="no-reason"),
        pytest.param(changing(leakage_reason=" "), RefusalCode.FIELD_FORMAT, id="blank-reason"),
        pytest.param(changing_in("result", leakage_kg=-1), RefusalCode.FIELD_RANGE, id="leakage"),
        pytest.param(changing_in("result", baseline_kg=-1), RefusalCode.FIELD_RANGE, id="baseline"),
        pytest.param(period("2022-02-30", "2022-03-01"), RefusalCode.FIELD_FORMAT, id="no-day"),
        pytest.param(period("2023-01-01", "2022-01-01"), RefusalCode.DATES_REVERSED, id="reversed"),
        pytest.param(signed_by(FARM_CLERK.key), RefusalCode.SIGNATURE_MISSING, id="one-of-two"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            after_row(f"acct/{FARM_ID}", type="agent"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-holder",
        ),
        pytest.param(changing(project="0002"), RefusalCode.PROJECT_UNKNOWN, id="no-such-project"),
        pytest.param(
            both(
                changing(account=ENTERPRISE_ID),
                acting_as(f"acct/{ENTERPRISE_ID}"),
                signed_by(BUYER.key),
            ),
            RefusalCode.PARCEL_NOT_OWNED,
            id="somebody-elses",
        ),
        pytest.param(
            after_row("project/0001", validation=None),
            RefusalCode.PROJECT_NOT_VALIDATED,
            id="not-validated",
        ),
        pytest.param(
            changing(parameters=["param/forest/no-such"]),
            RefusalCode.PARAMETER_UNKNOWN,
            id="unknown-parameter",
        ),
        pytest.param(
            changing(area_m2=2 * AREA_M2 + 1), RefusalCode.AREA_MISSTATED, id="one-m2-too-many"
        ),
        pytest.param(
            changing_in("result", net_kg=950_001),
            RefusalCode.NUMBERS_DO_NOT_ADD_UP,
            id="one-kilogram-too-many",
        ),
        pytest.param(
            changing_in("result", uncertainty_permille=119),
            RefusalCode.NUMBERS_DO_NOT_ADD_UP,
            id="uncertainty-understated",
        ),
        pytest.param(
            changing_in("result", deduction_kg=29_999, net_kg=950_001),
            RefusalCode.DEDUCTION_TOO_SMALL,
            id="one-kilogram-too-little-deducted",
        ),
        pytest.param(
            changing(result=result(-1, 0, 0, 0)),
            RefusalCode.NUMBERS_DO_NOT_ADD_UP,
            id="certainty-of-a-loss",
        ),
        pytest.param(
            changing_in("engine", version="2"), RefusalCode.METHODOLOGY_UNKNOWN, id="engine"
        ),
        pytest.param(
            period("2021-08-31", "2022-08-30"),
            RefusalCode.MONITORING_PERIOD_WRONG,
            id="before-the-crediting-period",
        ),
        pytest.param(
            period("2022-01-01", "2026-10-09"),
            RefusalCode.MONITORING_PERIOD_WRONG,
            id="until-tomorrow",
        ),
        pytest.param(
            after_row("project/0001", last_period_end="2022-01-01"),
            RefusalCode.MONITORING_PERIOD_WRONG,
            id="a-day-was-counted-already",
        ),
        pytest.param(
            after_row("project/0001", last_period_end="2021-12-30"),
            RefusalCode.MONITORING_PERIOD_WRONG,
            id="a-day-is-left-out",
        ),
        pytest.param(
            period("2021-10-07", "2022-10-06"),
            RefusalCode.REPORT_TOO_OLD,
            id="five-years-and-a-day",
        ),
        pytest.param(
            period("2026-08-01", "2026-08-31"),
            RefusalCode.PLAUSIBILITY_REASON_MISSING,
            id="too-fast-to-believe",
        ),
        pytest.param(
            after_row(PLOT_FACTOR, domain="ORG_EVENT"),
            RefusalCode.PARAMETER_NOT_USABLE,
            id="parameter-of-events",
        ),
        pytest.param(
            after_row(PLOT_FACTOR, valid_from="2026-10-09"),
            RefusalCode.PARAMETER_NOT_USABLE,
            id="parameter-valid-from-tomorrow",
        ),
        pytest.param(
            after_row(PLOT_FACTOR, valid_to="2026-10-07"),
            RefusalCode.PARAMETER_NOT_USABLE,
            id="parameter-valid-until-yesterday",
        ),
        pytest.param(unconfirmed, RefusalCode.PARAMETER_NOT_USABLE, id="unconfirmed-parameter"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("report.submit", spoil) is code


def test_the_oldest_day_is_the_same_date_five_years_ago() -> None:
    world, step = before("report.submit")
    world.do(period("2021-10-08", "2026-10-08")(world, step))


def test_a_written_reason_lets_an_unusual_growth_through() -> None:
    world, step = before("report.submit")
    fast = period("2026-08-01", "2026-08-31")(world, step)
    assert world.do(world.changed(fast, plausibility_reason="示例：补植")).rows
