"""The demo's made-up input: the same every time, realistic, and plainly synthetic."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from api import demo_data
from api.inputs.activities import read_activities
from api.inputs.factors import confirm, event_factors, load_rows
from api.inputs.forest_parameters import forest_models
from api.inputs.plots import PlotFile, read_plots, years_between
from contracts.v1.event_footprint import EventResult, measure_event
from contracts.v1.event_inputs import Event, Group
from contracts.v1.forest_inputs import ForestCase
from contracts.v1.forest_plots import ForestResult, measure
from contracts.v1.method_error import MethodError, MethodFault

SEED = 2026
ROWS = confirm(load_rows(), demo_data.CONFIRMED_FACTORS)
MODELS = forest_models(ROWS)


@pytest.fixture(scope="module")
def campaigns(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlotFile, PlotFile]:
    before, after = demo_data.write_plots(tmp_path_factory.mktemp("plots"), SEED)
    names = MODELS.names()
    return (
        read_plots(before.read_bytes(), species=names),
        read_plots(after.read_bytes(), species=names),
    )


@pytest.fixture(scope="module")
def result(campaigns: tuple[PlotFile, PlotFile]) -> ForestResult:
    before, after = campaigns
    return measure(
        ForestCase(
            before=before.campaign,
            after=after.campaign,
            strata=demo_data.STRATA,
            species=MODELS.species,
            baseline=demo_data.BASELINE,
            leakage=demo_data.LEAKAGE,
            years=years_between(before, after) or Decimal(0),
        )
    )


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = demo_data.write_plots(tmp_path / "a", SEED)
    second = demo_data.write_plots(tmp_path / "b", SEED)
    other = demo_data.write_plots(tmp_path / "c", SEED + 1)
    digests = [
        [sha256(path.read_bytes()).hexdigest() for path in paths]
        for paths in (first, second, other)
    ]
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
    assert all(path.read_text("utf-8-sig").startswith("# 示例 SYNTHETIC") for path in first)


def test_the_plots_are_permanent_and_of_one_mu(campaigns: tuple[PlotFile, PlotFile]) -> None:
    before, after = campaigns
    assert before.campaign.plots == after.campaign.plots
    assert {plot.area_m2 for plot in before.campaign.plots} == {Decimal(667)}
    assert all(plot.permanent for plot in before.campaign.plots)
    assert {plot.stratum for plot in before.campaign.plots} == {
        stratum.stratum for stratum in demo_data.STRATA
    }


def test_trees_are_of_the_sizes_of_the_region(campaigns: tuple[PlotFile, PlotFile]) -> None:
    for survey in campaigns:
        trees = survey.campaign.trees
        assert 4000 < len(trees) < 6000
        assert all(5 <= tree.dbh_cm <= 18 for tree in trees)
        assert all(Decimal("2.5") <= tree.height_m <= 9 for tree in trees)
        assert {tree.species for tree in trees} == {
            "油松",
            "榆树",
            "小叶杨",
            "山杨",
            "华北落叶松",
        }


def test_trees_die_and_others_enter(campaigns: tuple[PlotFile, PlotFile]) -> None:
    before, after = (
        {(tree.plot, tree.tree) for tree in survey.campaign.trees} for survey in campaigns
    )
    assert before - after
    assert after - before


def test_the_growth_is_believable(result: ForestResult) -> None:
    for part in result.strata:
        yearly = part.mean_t_per_ha / demo_data.CAMPAIGN_YEARS
        assert Decimal("1.5") <= yearly <= 8
    assert 80 <= result.uncertainty_permille <= 150
    assert result.issuable
    assert not result.needs_justification


def test_the_numbers_of_the_demo_do_not_move(result: ForestResult) -> None:
    assert result.numbers() == {
        "baseline_kg": 186_000,
        "change_kg": 5_492_327,
        "deduction_kg": 144_750,
        "half_width_kg": 578_998,
        "leakage_kg": 0,
        "net_kg": 5_161_577,
        "uncertainty_permille": 106,
    }


def _event(tmp_path: Path, confirmed: tuple[str, ...]) -> EventResult:
    read = read_activities(demo_data.write_event(tmp_path).read_bytes())
    event = Event(
        place=demo_data.EVENT_PLACE,
        first_day=date.fromisoformat(demo_data.EVENT_FIRST_DAY),
        last_day=date.fromisoformat(demo_data.EVENT_LAST_DAY),
    )
    rows = confirm(load_rows(), confirmed)
    return measure_event(event=event, inventory=read.inventory, factors=event_factors(rows))


def test_the_event_counts_all_six_groups_and_is_not_round(tmp_path: Path) -> None:
    found = _event(tmp_path, demo_data.CONFIRMED_FACTORS)
    assert found.total_g == 77_481_160
    assert found.total_kg == 77_482
    assert all(grams > 0 for _, grams in found.group_g)
    assert len(found.group_g) == len(Group)
    assert found.coverage_permille == 996
    assert found.reduced_kg == 2_792


def test_the_event_rests_on_just_the_proxies_that_are_confirmed(tmp_path: Path) -> None:
    found = _event(tmp_path, demo_data.CONFIRMED_FACTORS)
    assert found.proxies == demo_data.CONFIRMED_FACTORS


def test_the_event_cannot_be_measured_before_an_officer_confirms(tmp_path: Path) -> None:
    with pytest.raises(MethodError) as caught:
        _event(tmp_path, ())
    assert caught.value.code is MethodFault.FACTOR_NOT_USABLE
