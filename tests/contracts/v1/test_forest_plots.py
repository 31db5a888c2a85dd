"""SL-FOREST-PLOT: the worked example by a second path, and what no input can break."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor, isqrt

from hypothesis import given
from hypothesis import strategies as st

from contracts.v1.biomass import StockModel
from contracts.v1.forest_inputs import Campaign, ForestCase, Method, StandVolume, Stratum
from contracts.v1.forest_plots import digest_input, measure
from tests.support.forest_cases import (
    CO2_KG_PER_D2H,
    campaign,
    case,
    plot,
    stated,
    trees,
    worked_example,
)

heights = st.lists(
    st.decimals(min_value=2, max_value=20, places=1).map(str), min_size=0, max_size=3
)
pairs = st.lists(st.tuples(heights, heights), min_size=2, max_size=5)


def _case(drawn: list[tuple[list[str], list[str]]]) -> ForestCase:
    return case(
        campaign({str(place): before for place, (before, _) in enumerate(drawn)}),
        campaign({str(place): after for place, (_, after) in enumerate(drawn)}),
    )


def test_the_worked_example_by_hand() -> None:
    result = measure(worked_example())

    assert result.numbers() == {
        "baseline_kg": 1_200,
        "change_kg": 72_600,
        "deduction_kg": 2_242,
        "half_width_kg": 8_967,
        "leakage_kg": 0,
        "net_kg": 69_158,
        "uncertainty_permille": 124,
    }
    assert result.share_percent == 25
    assert result.degrees_of_freedom == 3
    assert result.t_quantile == Decimal("2.353")
    assert result.issuable
    assert not result.needs_justification
    assert result.uncertainty == Decimal("0.124")


@given(drawn=pairs)
def test_agrees_with_whole_number_arithmetic(drawn: list[tuple[list[str], list[str]]]) -> None:
    # D = 10 cm: D²H = 100·H; plots of 500 m², a stratum of 100,000 m²: a plot stands for 200.
    def stock(listed: list[str]) -> Fraction:
        return sum((100 * Fraction(height) for height in listed), Fraction(0)) * CO2_KG_PER_D2H

    changes = [stock(after) - stock(before) for before, after in drawn]
    count = len(changes)
    mean = sum(changes) / count * 200
    squares = sum((change * 200 - mean) ** 2 for change in changes) / (count - 1) / count

    result = measure(_case(drawn))

    assert result.change_kg == floor(mean)
    half_width = Fraction(result.t_quantile) * isqrt(int(squares * 10**20)) / 10**10
    assert -Fraction(1, 1000) <= result.half_width_kg - half_width < 1 + Fraction(1, 1000)


@given(drawn=pairs, data=st.data())
def test_does_not_see_the_order_of_rows(
    drawn: list[tuple[list[str], list[str]]], data: st.DataObject
) -> None:
    made = _case(drawn)

    def shuffled(survey: Campaign) -> Campaign:
        return Campaign(
            plots=tuple(data.draw(st.permutations(survey.plots))),
            trees=tuple(data.draw(st.permutations(survey.trees))),
        )

    assert measure(made) == measure(
        replace(made, before=shuffled(made.before), after=shuffled(made.after))
    )


@given(drawn=pairs)
def test_the_numbers_add_up(drawn: list[tuple[list[str], list[str]]]) -> None:
    made = replace(_case(drawn), baseline=stated("10.2"), leakage=stated("0.001"))
    result = measure(made)
    assert result.baseline_kg == 11
    assert result.leakage_kg == 1
    assert result.net_kg == (
        result.change_kg - result.baseline_kg - result.leakage_kg - result.deduction_kg
    )
    assert result.issuable is (result.net_kg > 0)
    assert result.change_kg <= sum(part.change_kg for part in result.strata) + 1


@given(drawn=pairs, place=st.integers(0, 4), height=st.integers(2, 20))
def test_a_larger_earlier_stock_never_gives_a_larger_change(
    drawn: list[tuple[list[str], list[str]]], place: int, height: int
) -> None:
    made = _case(drawn)
    extra = trees(str(place % len(drawn)), [str(height)])
    more = replace(made, before=replace(made.before, trees=(*made.before.trees, *extra)))
    assert measure(more).change_kg <= measure(made).change_kg


@given(drawn=pairs, height=st.integers(2, 20))
def test_a_larger_earlier_stock_on_every_plot_never_gives_more(
    drawn: list[tuple[list[str], list[str]]], height: int
) -> None:
    made = _case(drawn)
    extra = tuple(tree for place in range(len(drawn)) for tree in trees(str(place), [str(height)]))
    more = replace(made, before=replace(made.before, trees=(*made.before.trees, *extra)))
    assert measure(more).net_kg <= measure(made).net_kg


@given(drawn=pairs, factor=st.integers(2, 50))
def test_grows_with_the_area(drawn: list[tuple[list[str], list[str]]], factor: int) -> None:
    made = _case(drawn)
    small = measure(made)
    large = measure(replace(made, strata=(Stratum(stratum="A", area_m2=100_000 * factor),)))
    assert factor * small.change_kg <= large.change_kg < factor * (small.change_kg + 1)
    assert abs(large.growth_t_per_ha_year - small.growth_t_per_ha_year) < Decimal("1E-30")


def test_independent_plots_carry_both_errors() -> None:
    made = worked_example()
    temporary = replace(
        made,
        before=campaign({"a": ["5"] * 10, "b": ["4"] * 10}, permanent=False),
        after=campaign({"c": ["9"] * 10, "d": ["10"] * 10}, permanent=False),
    )
    # before 0.66, 0.528 kg/m², after 1.188, 1.32: SE² = 0.066² + 0.066², df = 2
    result = measure(temporary)
    (part,) = result.strata
    assert not part.paired
    assert part.degrees_of_freedom == 2
    assert result.change_kg == 66_000
    exact = Fraction("2.920") * isqrt(2 * 66**2 * 10**20) / 10**13 * 100_000
    assert result.half_width_kg == -(-exact.numerator // exact.denominator)
    assert result.net_kg == 66_000 - 1_200 - result.half_width_kg
    assert measure(made).half_width_kg < result.half_width_kg


def test_dead_trees_lower_and_young_trees_raise_the_change() -> None:
    before = campaign({"1": ["8", "8"], "2": ["8", "8"]})
    died = measure(case(before, campaign({"1": ["8"], "2": ["8"]})))
    entered = measure(case(before, campaign({"1": ["8", "8", "3"], "2": ["8", "8", "3"]})))
    # one tree of D²H 800 less, one of 300 more, per 500 m²: 52.8 and 19.8 kg · 200
    assert died.change_kg == -10_560
    assert entered.change_kg == 3_960
    assert not died.issuable


def test_a_plot_that_lost_every_tree_counts_as_empty() -> None:
    result = measure(case(campaign({"1": ["8"], "2": ["8"]}), campaign({"1": [], "2": []})))
    assert result.change_kg == -10_560


def test_two_strata_add_up_by_area() -> None:
    made = worked_example()
    flat = campaign({"x": ["6"] * 5, "y": ["6"] * 5}, stratum="B")
    grown = campaign({"x": ["7"] * 5, "y": ["7"] * 5}, stratum="B")
    both = replace(
        made,
        before=Campaign(plots=made.before.plots + flat.plots, trees=made.before.trees + flat.trees),
        after=Campaign(plots=made.after.plots + grown.plots, trees=made.after.trees + grown.trees),
        strata=(
            Stratum(stratum="B", area_m2=50_000),
            Stratum(stratum="A", area_m2=100_000),
        ),
    )
    # B: 5 trees · 100 cm²m more = 33 kg on 500 m², no spread: 3,300 kg on 50,000 m²
    result = measure(both)
    assert [part.stratum for part in result.strata] == ["A", "B"]
    assert result.change_kg == 72_600 + 3_300
    assert result.half_width_kg == 8_967
    assert result.degrees_of_freedom == 3
    assert [part.plots for part in result.strata] == [4, 2]
    # A grew by 7.26 and B by 0.66 t/ha; the faster stratum decides.
    assert measure(replace(both, years=Decimal("0.6"))).needs_justification
    assert not measure(replace(both, years=Decimal("0.61"))).needs_justification


def test_growing_stock_is_the_other_path() -> None:
    model = StockModel(
        species="杨树",
        wood_density=Decimal("0.4"),
        expansion=Decimal("1.5"),
        root_shoot=Decimal("0.25"),
        carbon_fraction=Decimal("0.5"),
    )
    plots = (plot("1"), plot("2"))

    def survey(volume: str) -> Campaign:
        return Campaign(
            plots=plots,
            volumes=tuple(
                StandVolume(plot=each.plot, species="杨树", volume_m3_per_ha=Decimal(volume))
                for each in plots
            ),
        )

    made = case(
        survey("40"),
        survey("64"),
        strata=(Stratum(stratum="A", area_m2=100_000, method=Method.STOCK),),
    )
    # 24 m³/ha · 0.4 · 1.5 · 1.25 · 0.5 · 44/12 = 33 t/ha · 10 ha
    result = measure(replace(made, stocks=(model,)))
    assert result.change_kg == 330_000
    assert abs(result.strata[0].mean_t_per_ha - 33) < Decimal("1E-28")


def test_growth_above_twelve_tonnes_needs_a_justification() -> None:
    slow = case(
        campaign({"1": ["5"] * 10, "2": ["5"] * 10}),
        campaign({"1": ["12"] * 10, "2": ["12"] * 10}),
    )
    # ten trees · 700 cm²m · 0.066 = 462 kg on 500 m²: 9.24 t/ha
    assert not measure(replace(slow, years=Decimal("0.78"))).needs_justification
    assert not measure(replace(slow, years=Decimal("0.77"))).needs_justification
    assert measure(replace(slow, years=Decimal("0.76"))).needs_justification


def test_the_digest_names_every_part_of_the_input() -> None:
    strata = (Stratum(stratum="A", area_m2=5),)
    digest = digest_input(before=b"1", after=b"2", strata=strata, parameters=b"3")
    others = (
        digest_input(before=b"12", after=b"", strata=strata, parameters=b"3"),
        digest_input(before=b"2", after=b"1", strata=strata, parameters=b"3"),
        digest_input(before=b"1", after=b"2", strata=strata, parameters=b"4"),
        digest_input(
            before=b"1",
            after=b"2",
            strata=(Stratum(stratum="A", area_m2=6),),
            parameters=b"3",
        ),
    )
    assert len({digest, *others}) == 5


def test_strata_are_hashed_in_one_order() -> None:
    first, second = Stratum(stratum="A", area_m2=5), Stratum(stratum="B", area_m2=6)
    one = digest_input(before=b"", after=b"", strata=(first, second), parameters=b"")
    other = digest_input(before=b"", after=b"", strata=(second, first), parameters=b"")
    assert one == other
