"""What SL-FOREST-PLOT is computed from, and the checks that come before any computing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.v1.arithmetic import is_plain
from contracts.v1.biomass import SpeciesModel, StockModel, check_model
from contracts.v1.method_error import MethodError, MethodFault

DBH_CM_MAX: Final = Decimal(300)
HEIGHT_M_MAX: Final = Decimal(60)
VOLUME_M3_PER_HA_MAX: Final = Decimal(2000)
YEARS_MAX: Final = Decimal(20)
PLOTS_MIN: Final = 2
PLOT_AREA_M2_MIN: Final = 1
STRATUM_AREA_M2_MAX: Final = 10**11


class Method(StrEnum):
    """Which of the two paths a stratum takes; both campaigns take the same one."""

    TREES = "component_equations"
    STOCK = "growing_stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A part of the project area that is sampled by its own plots."""

    stratum: str
    area_m2: int
    method: Method = Method.TREES


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot as visited in one campaign; it is listed even when no tree stands on it."""

    plot: str
    stratum: str
    area_m2: Decimal
    permanent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One living tree as measured in one campaign. The dead and the missing are not listed."""

    plot: str
    species: str
    dbh_cm: Decimal
    height_m: Decimal
    tree: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandVolume:
    """The growing stock of one species on one plot."""

    plot: str
    species: str
    volume_m3_per_ha: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One survey: its plots and what stood on them."""

    plots: tuple[Plot, ...]
    trees: tuple[Tree, ...] = ()
    volumes: tuple[StandVolume, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A quantity that must be stated, also when it is zero, with the reason for its size."""

    quantity_kg: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestCase:
    """All that one measurement depends on.

    `years` between the two campaigns serve the plausibility gate only.
    """

    before: Campaign
    after: Campaign
    strata: tuple[Stratum, ...]
    species: tuple[SpeciesModel, ...]
    stocks: tuple[StockModel, ...] = ()
    baseline: Stated
    leakage: Stated
    years: Decimal


def check_case(case: ForestCase) -> None:
    """Check everything that one look at the input can tell.

    Raises:
        MethodError: the first of period, statements, models, strata, then per campaign plots,
            trees and volumes, then plots against strata.
    """
    if not case.years.is_finite() or not 0 < case.years <= YEARS_MAX:
        raise MethodError(MethodFault.PERIOD_WRONG, years=str(case.years))
    for name, stated in (("baseline", case.baseline), ("leakage", case.leakage)):
        if not is_plain(stated.quantity_kg) or stated.quantity_kg < 0:
            raise MethodError(MethodFault.STATEMENT_NEGATIVE, statement=name)
        if not stated.reason.strip():
            raise MethodError(MethodFault.REASON_MISSING, statement=name)
    for model in case.species:
        check_model(model)
    _check_strata(case.strata)
    areas = {stratum.stratum: stratum.area_m2 for stratum in case.strata}
    methods = {stratum.stratum: stratum.method for stratum in case.strata}
    for campaign in (case.before, case.after):
        _check_plots(campaign.plots, areas)
        _check_measures(campaign, methods)


def _check_strata(strata: tuple[Stratum, ...]) -> None:
    twice = _first_repeated(stratum.stratum for stratum in strata)
    if twice is not None:
        raise MethodError(MethodFault.STRATUM_DUPLICATE, stratum=twice)
    if not strata:
        raise MethodError(MethodFault.STRATUM_UNKNOWN, stratum="")
    for stratum in strata:
        if not 0 < stratum.area_m2 <= STRATUM_AREA_M2_MAX:
            raise MethodError(MethodFault.STRATUM_AREA_WRONG, stratum=stratum.stratum)


def _check_plots(plots: tuple[Plot, ...], areas: dict[str, int]) -> None:
    twice = _first_repeated(plot.plot for plot in plots)
    if twice is not None:
        raise MethodError(MethodFault.PLOT_DUPLICATE, plot=twice)
    by_stratum: dict[str, list[Plot]] = {stratum: [] for stratum in areas}
    for plot in plots:
        if plot.stratum not in areas:
            raise MethodError(MethodFault.STRATUM_UNKNOWN, stratum=plot.stratum, plot=plot.plot)
        if not is_plain(plot.area_m2) or plot.area_m2 < PLOT_AREA_M2_MIN:
            raise MethodError(MethodFault.PLOT_AREA_WRONG, plot=plot.plot)
        by_stratum[plot.stratum].append(plot)
    for stratum, members in by_stratum.items():
        if len(members) < PLOTS_MIN:
            raise MethodError(MethodFault.PLOTS_TOO_FEW, stratum=stratum, plots=len(members))
        odd = next((plot for plot in members if plot.area_m2 != members[0].area_m2), None)
        if odd is not None:
            # Plots count alike in the mean, so they must be alike; it also finds 66.7 for 667.
            raise MethodError(MethodFault.PLOT_AREAS_DIFFER, stratum=stratum, plot=odd.plot)
        if sum((plot.area_m2 for plot in members), Decimal(0)) > areas[stratum]:
            raise MethodError(MethodFault.PLOTS_EXCEED_STRATUM, stratum=stratum)


def _check_measures(campaign: Campaign, methods: dict[str, Method]) -> None:
    method_of = {plot.plot: methods[plot.stratum] for plot in campaign.plots}
    for tree in campaign.trees:
        _check_method(method_of, tree.plot, Method.TREES)
        _check_range(tree.plot, tree.dbh_cm, DBH_CM_MAX)
        _check_range(tree.plot, tree.height_m, HEIGHT_M_MAX)
    twice = _first_repeated(f"{tree.plot}/{tree.tree}" for tree in campaign.trees if tree.tree)
    if twice is not None:
        raise MethodError(MethodFault.TREE_DUPLICATE, tree=twice)
    for volume in campaign.volumes:
        _check_method(method_of, volume.plot, Method.STOCK)
        _check_range(volume.plot, volume.volume_m3_per_ha, VOLUME_M3_PER_HA_MAX)


def _check_method(method_of: dict[str, Method], plot: str, method: Method) -> None:
    if plot not in method_of:
        raise MethodError(MethodFault.PLOT_UNKNOWN, plot=plot)
    if method_of[plot] is not method:
        raise MethodError(MethodFault.METHOD_MIXED, plot=plot)


def _check_range(plot: str, value: Decimal, value_max: Decimal) -> None:
    if not is_plain(value) or not 0 < value <= value_max:
        raise MethodError(MethodFault.MEASURE_OUT_OF_RANGE, plot=plot, value=str(value))


def _first_repeated(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)
