"""SL-EVENT: lines and inventories that are refused, each with its code."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.inputs.wording import sentences
from contracts.v1.event_inputs import ActivityLine, Event, Exclusion, Group, Reduction, ZeroGroup
from contracts.v1.factors import Domain, Factor
from contracts.v1.method_error import MethodError, MethodFault
from tests.support.event_cases import (
    COACH_CN,
    COACH_GB,
    FACTORS,
    GRID,
    HEAT,
    OCTOBER,
    PAPER,
    computed,
    factor,
    line,
)

GRID_2022 = replace(GRID, factor_id="grid_150000_2022", data_year=2022, value=Decimal("0.6849"))
GRID_BEIJING = replace(GRID, factor_id="grid_110000_2023", region="110000")
GRID_NATION = replace(GRID, factor_id="grid_cn_2023", region="CN")
GRID_FOSSIL = replace(GRID, factor_id="grid_fossil", activity="energy.electricity_fossil")
FOOTPRINT = factor(
    "elec_cf_cn_2024",
    "energy.electricity_footprint",
    "0.5777",
    "kgCO2e/kWh",
    domain=Domain.PRODUCT_LCA,
)
LATER = replace(PAPER, factor_id="later", activity="supplies.x", valid_from=date(2026, 10, 23))
EARLIER = replace(PAPER, factor_id="earlier", activity="supplies.y", valid_to=date(2026, 10, 21))
UNSURE = replace(PAPER, factor_id="unsure", activity="supplies.z", confidence_permille=799)
DERIVED = replace(PAPER, factor_id="derived", activity="supplies.d", applicability="derived")
RATIO = factor("ratio", "hospitality.ratio", "0.5", "ratio")
SINK = factor("sink", "supplies.wood_density", "0.36", "t d.m./m3", domain=Domain.SINK)
ALL = (
    *FACTORS,
    *(GRID_2022, GRID_BEIJING, GRID_NATION, GRID_FOSSIL, FOOTPRINT, LATER, EARLIER, UNSURE),
    *(DERIVED, RATIO, SINK, COACH_GB, COACH_CN),
)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        pytest.param(line(PAPER, "-1"), MethodFault.AMOUNT_NEGATIVE, id="negative"),
        pytest.param(line(PAPER, "NaN"), MethodFault.AMOUNT_NOT_PLAIN, id="nan"),
        pytest.param(line(PAPER, "1E+9"), MethodFault.AMOUNT_NOT_PLAIN, id="exponent"),
        pytest.param(
            line(PAPER, "1", factor_id="nowhere"), MethodFault.FACTOR_UNKNOWN, id="unknown"
        ),
        pytest.param(
            line(FOOTPRINT, "1"), MethodFault.ELECTRICITY_FOOTPRINT_FACTOR, id="footprint"
        ),
        pytest.param(line(SINK, "1"), MethodFault.FACTOR_DOMAIN_WRONG, id="sink-parameter"),
        pytest.param(line(RATIO, "1"), MethodFault.FACTOR_DOMAIN_WRONG, id="no-emission"),
        pytest.param(
            line(PAPER, "1", group=Group.WASTE), MethodFault.FACTOR_GROUP_WRONG, id="group"
        ),
        pytest.param(line(PAPER, "1", unit="kg"), MethodFault.FACTOR_UNIT_WRONG, id="unit"),
        pytest.param(
            line(GRID_BEIJING, "1"), MethodFault.ELECTRICITY_NOT_PROVINCE, id="other-province"
        ),
        pytest.param(line(GRID_NATION, "1"), MethodFault.ELECTRICITY_NOT_PROVINCE, id="national"),
        pytest.param(line(GRID_FOSSIL, "1"), MethodFault.ELECTRICITY_NOT_PROVINCE, id="fossil"),
        pytest.param(line(GRID_2022, "1"), MethodFault.ELECTRICITY_NOT_NEWEST, id="old-grid"),
        pytest.param(line(PAPER, "1", region="GB"), MethodFault.FACTOR_REGION_WRONG, id="region"),
        pytest.param(line(PAPER, "1", year=2024), MethodFault.FACTOR_YEAR_WRONG, id="year"),
        pytest.param(line(PAPER, "1", year=None), MethodFault.FACTOR_YEAR_WRONG, id="no-year"),
        pytest.param(line(LATER, "1"), MethodFault.FACTOR_NOT_VALID_THEN, id="not-yet-valid"),
        pytest.param(line(EARLIER, "1"), MethodFault.FACTOR_NOT_VALID_THEN, id="expired"),
        pytest.param(line(UNSURE, "1"), MethodFault.FACTOR_NOT_USABLE, id="low-confidence"),
        pytest.param(line(DERIVED, "1"), MethodFault.FACTOR_NOT_USABLE, id="derived"),
        pytest.param(line(COACH_GB, "1"), MethodFault.FACTOR_NOT_HIGHEST, id="lower-proxy"),
    ],
)
def test_refuses_a_line(bad: ActivityLine, code: MethodFault) -> None:
    with pytest.raises(MethodError) as caught:
        computed(line(GRID, "10"), bad, factors=ALL)
    assert caught.value.code is code
    assert all(sentences(caught.value))
    assert caught.value.facts["line"] == 2


def test_the_higher_candidate_must_be_confirmed_even_if_the_lower_one_is() -> None:
    unconfirmed = replace(COACH_CN, confirmed=False)
    with pytest.raises(MethodError) as caught:
        computed(line(unconfirmed, "1"), factors=(COACH_GB, unconfirmed))
    assert caught.value.code is MethodFault.FACTOR_NOT_USABLE


@pytest.mark.parametrize("used", [UNSURE, DERIVED], ids=lambda used: used.factor_id)
def test_an_officer_makes_a_doubtful_factor_usable(used: Factor) -> None:
    confirmed = replace(used, confirmed=True)
    assert computed(line(confirmed, "1"), factors=(confirmed,)).proxies == (used.factor_id,)


def test_an_earlier_event_takes_the_factor_that_was_newest_then() -> None:
    newer = replace(GRID, valid_from=date(2025, 12, 31))
    event = replace(OCTOBER, first_day=date(2025, 11, 1), last_day=date(2025, 11, 2))
    result = computed(line(GRID_2022, "10"), factors=(newer, GRID_2022), event=event)
    assert result.total_g == 6_849


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        pytest.param("2026-10-14", "2026-10-14", False, id="day-before"),
        pytest.param("2026-10-14", "2026-10-15", True, id="first-day"),
        pytest.param("2027-01-01", "2027-01-02", True, id="new-year"),
        pytest.param("2027-04-15", "2027-04-20", True, id="last-day"),
        pytest.param("2027-04-16", "2027-04-20", False, id="day-after"),
        pytest.param("2026-05-01", "2026-09-30", False, id="summer"),
        pytest.param("2026-05-01", "2026-10-20", True, id="reaches-into-it"),
    ],
)
def test_heat_belongs_to_the_heating_season(*, first: str, last: str, inside: bool) -> None:
    event = Event(
        place="150203", first_day=date.fromisoformat(first), last_day=date.fromisoformat(last)
    )
    if inside:
        assert computed(line(HEAT, "1"), event=event).total_kg == 110
        return
    with pytest.raises(MethodError) as caught:
        computed(line(HEAT, "1"), event=event)
    assert caught.value.code is MethodFault.HEAT_OUT_OF_SEASON


def excluded(*estimates: str) -> dict[str, Any]:
    return {
        "exclusions": tuple(
            Exclusion(description=f"part {place}", estimate_kg=Decimal(estimate), reason="small")
            for place, estimate in enumerate(estimates)
        )
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        pytest.param({"zero_groups": ()}, MethodFault.GROUP_MISSING, id="group-forgotten"),
        pytest.param(
            {"zero_groups": tuple(ZeroGroup(group=g, reason="none") for g in Group)},
            MethodFault.GROUP_ZERO_AND_LINES,
            id="zero-but-counted",
        ),
        pytest.param(
            {"zero_groups": tuple(ZeroGroup(group=g, reason=" ") for g in Group)},
            MethodFault.REASON_MISSING,
            id="zero-without-a-reason",
        ),
        pytest.param(
            {"reductions": (Reduction(description="x", quantity_kg=Decimal(0), source="y"),)},
            MethodFault.REDUCTION_WRONG,
            id="reduction-of-nothing",
        ),
        pytest.param(
            {"reductions": (Reduction(description=" ", quantity_kg=Decimal(5), source="y"),)},
            MethodFault.REDUCTION_WRONG,
            id="reduction-without-a-name",
        ),
        pytest.param(excluded("-1"), MethodFault.AMOUNT_NEGATIVE, id="negative-exclusion"),
        pytest.param(excluded("6.479"), MethodFault.EXCLUSION_TOO_LARGE, id="one-per-cent"),
        pytest.param(
            excluded(*["6.478"] * 6), MethodFault.EXCLUSIONS_TOO_LARGE, id="five-per-cent"
        ),
        pytest.param(
            {"exclusions": (Exclusion(description="x", estimate_kg=Decimal(1), reason=""),)},
            MethodFault.REASON_MISSING,
            id="exclusion-without-a-reason",
        ),
    ],
)
def test_refuses_an_inventory(more: dict[str, Any], code: MethodFault) -> None:
    with pytest.raises(MethodError) as caught:
        computed(line(GRID, "1000"), **more)
    assert caught.value.code is code
    assert all(sentences(caught.value))


def test_allows_exclusions_just_below_their_limits() -> None:
    assert computed(line(GRID, "1000"), **excluded("6.478")).excluded_g == 6_478
    assert computed(line(GRID, "1000"), **excluded(*["6.478"] * 5)).excluded_g == 32_390


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param(replace(OCTOBER, place="包头"), MethodFault.PLACE_UNKNOWN, id="name"),
        pytest.param(replace(OCTOBER, place="15020"), MethodFault.PLACE_UNKNOWN, id="short"),
        pytest.param(replace(OCTOBER, place="15020x"), MethodFault.PLACE_UNKNOWN, id="letter"),
        pytest.param(replace(OCTOBER, place="990203"), MethodFault.PLACE_UNKNOWN, id="province"),
        pytest.param(replace(OCTOBER, place="１５０２０３"), MethodFault.PLACE_UNKNOWN, id="wide"),
        pytest.param(
            replace(OCTOBER, last_day=date(2026, 10, 19)), MethodFault.DATES_REVERSED, id="reversed"
        ),
    ],
)
def test_refuses_a_place_or_days(event: Event, code: MethodFault) -> None:
    with pytest.raises(MethodError) as caught:
        computed(line(PAPER, "1"), event=event)
    assert caught.value.code is code
    assert all(sentences(caught.value))


def test_newer_factors_of_other_places_and_kinds_do_not_matter() -> None:
    newer = {"data_year": 2024, "factor_id": "newer"}
    for other in (
        replace(GRID, region="110000", **newer),
        replace(GRID, activity="energy.electricity_fossil", **newer),
        replace(GRID, valid_from=date(2026, 10, 23), **newer),
    ):
        assert computed(line(GRID, "10"), factors=(GRID, other)).total_g == 6_479
    with pytest.raises(MethodError) as caught:
        computed(line(GRID, "10"), factors=(GRID, replace(GRID, **newer)))
    assert caught.value.facts["newest"] == 2024


def test_proxies_are_compared_with_the_same_activity_in_the_same_unit_only() -> None:
    higher = replace(COACH_GB, factor_id="other", value=Decimal(9))
    others = (
        replace(higher, activity="transport.bus"),
        replace(higher, unit="kgCO2e/vehicle-km"),
    )
    for other in others:
        assert computed(line(COACH_CN, "1"), factors=(COACH_CN, other)).total_g == 45


def test_a_factor_holds_on_its_first_and_last_day_and_is_sure_from_800() -> None:
    edge = replace(
        PAPER,
        valid_from=OCTOBER.last_day,
        valid_to=OCTOBER.last_day,
        confidence_permille=800,
    )
    assert computed(line(edge, "1"), factors=(edge,)).total_kg == 911


def test_an_exclusion_may_be_estimated_at_nothing() -> None:
    assert computed(line(GRID, "1000"), **excluded("0")).coverage_permille == 1000


def test_exclusions_of_exactly_five_per_cent_are_too_large() -> None:
    with pytest.raises(MethodError) as caught:
        computed(line(GRID, "1000"), **excluded(*["5.4"] * 5, "5.395"))
    assert caught.value.code is MethodFault.EXCLUSIONS_TOO_LARGE
