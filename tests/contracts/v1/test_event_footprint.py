"""SL-EVENT: lines add up exactly, rounding is upwards, nothing is deducted twice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from contracts.v1.event_footprint import digest_event_input
from contracts.v1.event_inputs import Exclusion, Group, Reduction
from contracts.v1.factors import Factor
from tests.support.event_cases import (
    COACH_CN,
    COACH_GB,
    FACTORS,
    GRID,
    HEAT,
    OCTOBER,
    PAPER,
    computed,
    line,
)

amounts = st.lists(
    st.tuples(
        st.sampled_from(FACTORS),
        st.decimals(min_value=0, max_value=10**6, places=4).map(str),
    ),
    min_size=1,
    max_size=8,
)


def test_the_worked_example_by_hand() -> None:
    result = computed(line(GRID, "1234.5"), line(PAPER, "0.35"))
    assert [each.emission_kg for each in result.lines] == [Decimal("799.833"), Decimal("318.668")]
    assert result.total_g == 1_118_501
    assert result.total_kg == result.residual_kg == 1_119
    assert dict(result.group_g) == {
        Group.FUEL: 0,
        Group.ENERGY: 799_833,
        Group.TRANSPORT: 0,
        Group.HOSPITALITY: 0,
        Group.SUPPLIES: 318_668,
        Group.WASTE: 0,
    }
    assert result.coverage_permille == 1000
    assert result.proxies == ()


@given(drawn=amounts)
def test_lines_groups_and_total_add_up(drawn: list[tuple[Factor, str]]) -> None:
    lines = [line(used, amount) for used, amount in drawn]
    result = computed(*lines)
    assert sum(each.emission_g for each in result.lines) == result.total_g
    assert sum(grams for _, grams in result.group_g) == result.total_g
    assert (result.total_kg - 1) * 1000 < result.total_g <= result.total_kg * 1000


@given(drawn=amounts)
def test_no_line_is_rounded_down_or_by_more_than_a_gram(
    drawn: list[tuple[Factor, str]],
) -> None:
    lines = [line(used, amount) for used, amount in drawn]
    for each in computed(*lines).lines:
        per_unit = Fraction(each.factor.kg_per_unit)
        exact_g = Fraction(each.line.amount) * per_unit * 1000
        assert exact_g <= each.emission_g < exact_g + 1


@given(amount=st.decimals(min_value=0, max_value=10**6, places=4), more=st.integers(0, 10**6))
def test_more_activity_never_emits_less(amount: Decimal, more: int) -> None:
    less = computed(line(GRID, str(amount)))
    assert computed(line(GRID, str(amount + more))).total_kg >= less.total_kg


def test_heat_in_tonnes_per_gigajoule_becomes_kilograms() -> None:
    assert computed(line(HEAT, "38.6")).total_kg == 4_246


def test_reductions_are_listed_and_not_deducted() -> None:
    reduction = Reduction(description="buses", quantity_kg=Decimal("2380.5"), source="list")
    plain = computed(line(GRID, "1000"))
    reduced = computed(line(GRID, "1000"), reductions=(reduction,))
    assert reduced.total_kg == plain.total_kg
    assert reduced.reductions == (reduction,)
    assert reduced.reduced_kg == 2380


def test_what_is_left_out_shows_in_the_coverage() -> None:
    left_out = Exclusion(description="post", estimate_kg=Decimal(6), reason="small")
    result = computed(line(GRID, "1000"), exclusions=(left_out,))
    # 647.9 / 653.9 = 99.08 %
    assert result.coverage_permille == 990
    assert result.excluded_g == 6_000
    assert result.total_kg == 648


def test_an_event_without_any_emission_is_zero() -> None:
    result = computed()
    assert (result.total_kg, result.coverage_permille) == (0, 1000)


def test_names_the_proxies_it_rests_on() -> None:
    factors = (*FACTORS, COACH_GB, COACH_CN)
    result = computed(line(COACH_CN, "100"), line(GRID, "5"), factors=factors)
    assert result.proxies == ("coach_cn",)


def test_heat_outside_the_season_counts_when_the_line_explains_it() -> None:
    june = replace(OCTOBER, first_day=date(2026, 6, 1), last_day=date(2026, 6, 2))
    heat = line(HEAT, "5", note="indoor pool of the venue")
    assert computed(heat, event=june).total_kg == 550


def test_the_digest_is_that_of_the_file() -> None:
    assert digest_event_input(b"") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
