"""The change of one stratum: plot stocks in two campaigns, paired where the plots are permanent."""

from decimal import Decimal

from contracts.v1.biomass import (
    SpeciesModel,
    StockModel,
    pick,
    stock_co2_kg_per_m2,
    tree_co2_kg,
)
from contracts.v1.forest_inputs import Campaign, ForestCase, Plot, Stratum
from contracts.v1.method_error import MethodError, MethodFault
from contracts.v1.uncertainty import Estimate, difference, estimate


def stratum_change(case: ForestCase, stratum: Stratum) -> tuple[Estimate, bool]:
    """Return the change of a stratum in kg CO2 per m², and whether its plots were paired.

    Raises:
        MethodError: `PLOTS_MIXED`, `PLOT_NOT_REMEASURED`, `PLOT_CHANGED`,
            `PLOT_NOT_MEASURED_BEFORE`, `SPECIES_UNKNOWN`, checked in that order.
    """
    before = _plots_of(case.before, stratum)
    after = _plots_of(case.after, stratum)
    paired = _is_paired(stratum, before, after)
    stock_before = _stocks(case, case.before, before)
    stock_after = _stocks(case, case.after, after)
    if not paired:
        return difference(
            estimate(tuple(stock_before.values())), estimate(tuple(stock_after.values()))
        ), False
    return estimate(tuple(stock_after[plot] - stock_before[plot] for plot in stock_before)), True


def _plots_of(campaign: Campaign, stratum: Stratum) -> dict[str, Plot]:
    return {plot.plot: plot for plot in campaign.plots if plot.stratum == stratum.stratum}


def _is_paired(stratum: Stratum, before: dict[str, Plot], after: dict[str, Plot]) -> bool:
    """Say whether plots are compared one by one; all are permanent, or none is.

    A permanent plot that is not visited again is refused: leaving out plots that lost trees
    would raise the result.
    """
    permanent = [plot.permanent for plot in (*before.values(), *after.values())]
    if not any(permanent):
        return False
    if not all(permanent):
        raise MethodError(MethodFault.PLOTS_MIXED, stratum=stratum.stratum)
    for plot in before:
        if plot not in after:
            raise MethodError(MethodFault.PLOT_NOT_REMEASURED, plot=plot)
        if before[plot].area_m2 != after[plot].area_m2:
            raise MethodError(MethodFault.PLOT_CHANGED, plot=plot)
    for plot in after:
        if plot not in before:
            raise MethodError(MethodFault.PLOT_NOT_MEASURED_BEFORE, plot=plot)
    return True


def _stocks(case: ForestCase, campaign: Campaign, plots: dict[str, Plot]) -> dict[str, Decimal]:
    """Return the stock of each plot in kg CO2 per m²; a plot without trees holds zero."""
    species = {model.species: model for model in case.species}
    stocks = {model.species: model for model in case.stocks}
    parts: dict[str, list[Decimal]] = {plot: [] for plot in plots}
    known: dict[tuple[str, Decimal, Decimal], Decimal] = {}
    for tree in campaign.trees:
        if tree.plot in plots:
            key = (tree.species, tree.dbh_cm, tree.height_m)
            if key not in known:
                known[key] = _tree(species, key)
            parts[tree.plot].append(known[key] / plots[tree.plot].area_m2)
    for volume in campaign.volumes:
        if volume.plot in plots:
            parts[volume.plot].append(_stand(stocks, volume.species, volume.volume_m3_per_ha))
    # Summed in sorted order, so that the order of trees cannot change the last digit.
    return {plot: sum(sorted(found), Decimal(0)) for plot, found in parts.items()}


def _tree(models: dict[str, SpeciesModel], key: tuple[str, Decimal, Decimal]) -> Decimal:
    species, dbh_cm, height_m = key
    return tree_co2_kg(pick(models, species), dbh_cm=dbh_cm, height_m=height_m)


def _stand(models: dict[str, StockModel], species: str, volume_m3_per_ha: Decimal) -> Decimal:
    model = models.get(species)
    if model is None:
        raise MethodError(MethodFault.SPECIES_UNKNOWN, species=species)
    return stock_co2_kg_per_m2(model, volume_m3_per_ha)
