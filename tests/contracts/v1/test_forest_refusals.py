"""SL-FOREST-PLOT: input that cannot be computed, each with its code."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from api.inputs.wording import sentences
from contracts.v1.forest_inputs import Campaign, ForestCase, Method, StandVolume, Stratum, Tree
from contracts.v1.forest_plots import measure
from contracts.v1.method_error import MethodError, MethodFault
from tests.support.forest_cases import campaign, plot, stated, trees, worked_example

Change = Callable[[ForestCase], ForestCase]


def with_after(survey: Campaign) -> Change:
    return lambda made: replace(made, after=survey)


def with_tree(**measures: str) -> Change:
    def change(made: ForestCase) -> ForestCase:
        tree = replace(
            made.after.trees[0], **{name: Decimal(value) for name, value in measures.items()}
        )
        return replace(made, after=replace(made.after, trees=(tree, *made.after.trees[1:])))

    return change


def with_strata(*strata: Stratum) -> Change:
    return lambda made: replace(made, strata=strata)


def same_number_twice(made: ForestCase) -> ForestCase:
    numbered = tuple(replace(tree, tree="7") for tree in made.after.trees[:2])
    return replace(made, after=replace(made.after, trees=numbered))


def unknown_species(made: ForestCase) -> ForestCase:
    other = tuple(replace(tree, species="椰子") for tree in made.after.trees)
    return replace(made, after=replace(made.after, trees=other))


def some_temporary(made: ForestCase) -> ForestCase:
    plots = (replace(made.after.plots[0], permanent=False), *made.after.plots[1:])
    return replace(made, after=replace(made.after, plots=plots))


def resized(made: ForestCase, *, area_m2: int, count: int) -> ForestCase:
    plots = tuple(
        replace(each, area_m2=Decimal(area_m2)) if place < count else each
        for place, each in enumerate(made.after.plots)
    )
    return replace(made, after=replace(made.after, plots=plots))


FIVE = campaign({name: ["10"] for name in ("1", "2", "3", "4", "5")})
THREE = campaign({name: ["10"] for name in ("1", "2", "3")})
STRAY = Campaign(plots=FIVE.plots[:4], trees=trees("9", ["10"]))
VOLUME = StandVolume(plot="1", species="X", volume_m3_per_ha=Decimal(50))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(
            lambda m: replace(m, years=Decimal(0)), MethodFault.PERIOD_WRONG, id="no-time"
        ),
        pytest.param(
            lambda m: replace(m, years=Decimal("NaN")), MethodFault.PERIOD_WRONG, id="nan-years"
        ),
        pytest.param(
            lambda m: replace(m, years=Decimal(21)), MethodFault.PERIOD_WRONG, id="too-long"
        ),
        pytest.param(
            lambda m: replace(m, baseline=stated(-1)),
            MethodFault.STATEMENT_NEGATIVE,
            id="negative-baseline",
        ),
        pytest.param(
            lambda m: replace(m, leakage=stated(-1)),
            MethodFault.STATEMENT_NEGATIVE,
            id="negative-leakage",
        ),
        pytest.param(
            lambda m: replace(m, leakage=stated(0, " ")),
            MethodFault.REASON_MISSING,
            id="zero-leakage-without-a-reason",
        ),
        pytest.param(
            lambda m: replace(m, species=(replace(m.species[0], equations=()),)),
            MethodFault.MODEL_INCOMPLETE,
            id="no-equations",
        ),
        pytest.param(with_strata(), MethodFault.STRATUM_UNKNOWN, id="no-strata"),
        pytest.param(
            with_strata(Stratum(stratum="B", area_m2=5)), MethodFault.STRATUM_UNKNOWN, id="other"
        ),
        pytest.param(
            with_strata(*[Stratum(stratum="A", area_m2=10**6)] * 2),
            MethodFault.STRATUM_DUPLICATE,
            id="stratum-twice",
        ),
        pytest.param(
            with_strata(Stratum(stratum="A", area_m2=0)),
            MethodFault.STRATUM_AREA_WRONG,
            id="stratum-without-area",
        ),
        pytest.param(
            with_strata(Stratum(stratum="A", area_m2=1999)),
            MethodFault.PLOTS_EXCEED_STRATUM,
            id="plots-larger-than-the-stratum",
        ),
        pytest.param(
            with_strata(Stratum(stratum="A", area_m2=10**6), Stratum(stratum="B", area_m2=10**6)),
            MethodFault.PLOTS_TOO_FEW,
            id="stratum-without-plots",
        ),
        pytest.param(
            with_after(replace(FIVE, plots=(*FIVE.plots, plot("1")))),
            MethodFault.PLOT_DUPLICATE,
            id="plot-twice",
        ),
        pytest.param(
            lambda m: resized(m, area_m2=0, count=4), MethodFault.PLOT_AREA_WRONG, id="plot-area"
        ),
        pytest.param(
            lambda m: resized(m, area_m2=50, count=1),
            MethodFault.PLOT_AREAS_DIFFER,
            id="one-plot-in-another-unit",
        ),
        pytest.param(
            lambda m: resized(m, area_m2=600, count=4), MethodFault.PLOT_CHANGED, id="plots-grew"
        ),
        pytest.param(with_after(STRAY), MethodFault.PLOT_UNKNOWN, id="tree-on-no-plot"),
        pytest.param(with_after(THREE), MethodFault.PLOT_NOT_REMEASURED, id="plot-left-out"),
        pytest.param(with_after(FIVE), MethodFault.PLOT_NOT_MEASURED_BEFORE, id="plot-new"),
        pytest.param(some_temporary, MethodFault.PLOTS_MIXED, id="one-temporary-plot"),
        pytest.param(
            with_strata(Stratum(stratum="A", area_m2=100_000, method=Method.STOCK)),
            MethodFault.METHOD_MIXED,
            id="trees-in-a-stock-stratum",
        ),
        pytest.param(
            with_after(replace(FIVE, volumes=(VOLUME,))), MethodFault.METHOD_MIXED, id="volume"
        ),
        pytest.param(same_number_twice, MethodFault.TREE_DUPLICATE, id="tree-twice"),
        pytest.param(unknown_species, MethodFault.SPECIES_UNKNOWN, id="species"),
        pytest.param(with_tree(dbh_cm="0"), MethodFault.MEASURE_OUT_OF_RANGE, id="dbh-zero"),
        pytest.param(with_tree(dbh_cm="-8"), MethodFault.MEASURE_OUT_OF_RANGE, id="dbh-negative"),
        pytest.param(with_tree(dbh_cm="300.1"), MethodFault.MEASURE_OUT_OF_RANGE, id="dbh-giant"),
        pytest.param(with_tree(height_m="60.1"), MethodFault.MEASURE_OUT_OF_RANGE, id="height"),
        pytest.param(with_tree(height_m="NaN"), MethodFault.MEASURE_OUT_OF_RANGE, id="height-nan"),
        pytest.param(
            with_tree(height_m="8.0000000001"), MethodFault.MEASURE_OUT_OF_RANGE, id="too-exact"
        ),
    ],
)
def test_refuses(change: Change, code: MethodFault) -> None:
    with pytest.raises(MethodError) as caught:
        measure(change(worked_example()))
    assert caught.value.code is code
    assert all(sentences(caught.value))


def test_the_fault_shows_its_facts() -> None:
    with pytest.raises(MethodError) as caught:
        measure(with_after(THREE)(worked_example()))
    assert str(caught.value) == "PLOT_NOT_REMEASURED(plot=4)"


def test_a_stock_stratum_needs_its_species_too() -> None:
    plots = (plot("1"), plot("2"))
    survey = Campaign(
        plots=plots,
        volumes=(VOLUME, replace(VOLUME, plot="2")),
    )
    made = replace(
        worked_example(),
        before=survey,
        after=survey,
        strata=(Stratum(stratum="A", area_m2=100_000, method=Method.STOCK),),
    )
    with pytest.raises(MethodError) as caught:
        measure(made)
    assert caught.value.code is MethodFault.SPECIES_UNKNOWN


def test_a_tree_is_of_one_campaign_only() -> None:
    tree = Tree(plot="1", species="X", dbh_cm=Decimal(8), height_m=Decimal(6), tree="7")
    made = worked_example()
    both = replace(
        made,
        before=replace(made.before, trees=(*made.before.trees, tree)),
        after=replace(made.after, trees=(*made.after.trees, tree)),
    )
    assert measure(both).change_kg == 72_600


def test_accepts_what_lies_exactly_on_its_limit() -> None:
    made = worked_example()
    plots = tuple(replace(each, area_m2=Decimal(1)) for each in made.after.plots)
    giant = replace(made.after.trees[0], dbh_cm=Decimal(300), height_m=Decimal(60))
    edge = replace(
        made,
        before=replace(made.before, plots=plots),
        after=replace(made.after, plots=plots, trees=(giant, *made.after.trees[1:])),
        strata=(Stratum(stratum="A", area_m2=4),),
        years=Decimal(20),
    )
    assert measure(edge).strata[0].plots == 4
    widest = replace(made, strata=(Stratum(stratum="A", area_m2=10**11),))
    assert measure(widest).change_kg == 72_600_000_000


def test_nothing_is_issued_for_nothing() -> None:
    made = worked_example()
    same = replace(made, after=made.before, baseline=stated(0))
    assert measure(same).net_kg == 0
    assert not measure(same).issuable
