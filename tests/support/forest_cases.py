"""Small forests for the tests of SL-FOREST-PLOT, in numbers that can be followed by hand.

The species "X" has stem 0.03·D²H and root 0.006·D²H and a carbon fraction of 0.5, so that a tree
holds 0.036 · 0.5 · 44/12 = 0.066 kg of CO2 for each cm²·m of D²H.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from contracts.v1.biomass import Equation, Form, Organ, SpeciesModel
from contracts.v1.forest_inputs import Campaign, ForestCase, Plot, Stated, Stratum, Tree

CO2_KG_PER_D2H = Fraction(66, 1000)
PLOT_M2 = 500


def power(organ: Organ, a: str, b: str = "1") -> Equation:
    return Equation(organ=organ, form=Form.POWER, a=Decimal(a), b=Decimal(b))


X = SpeciesModel(
    species="X",
    equations=(power(Organ.STEM, "0.03"), power(Organ.ROOT, "0.006")),
    carbon_fraction=Decimal("0.5"),
)


def plot(name: str, *, stratum: str = "A", area_m2: int = PLOT_M2, permanent: bool = True) -> Plot:
    return Plot(plot=name, stratum=stratum, area_m2=Decimal(area_m2), permanent=permanent)


def trees(name: str, heights_m: list[str], *, dbh_cm: str = "10") -> tuple[Tree, ...]:
    return tuple(
        Tree(plot=name, species="X", dbh_cm=Decimal(dbh_cm), height_m=Decimal(height))
        for height in heights_m
    )


def campaign(
    heights: dict[str, list[str]], *, stratum: str = "A", permanent: bool = True
) -> Campaign:
    return Campaign(
        plots=tuple(plot(name, stratum=stratum, permanent=permanent) for name in heights),
        trees=tuple(tree for name, listed in heights.items() for tree in trees(name, listed)),
    )


def stated(quantity: int | str = 0, reason: str = "nothing else grew") -> Stated:
    return Stated(quantity_kg=Decimal(quantity), reason=reason)


def case(
    before: Campaign,
    after: Campaign,
    *,
    strata: tuple[Stratum, ...] = (Stratum(stratum="A", area_m2=100_000),),
) -> ForestCase:
    return ForestCase(
        before=before,
        after=after,
        strata=strata,
        species=(X,),
        baseline=stated(),
        leakage=stated(),
        years=Decimal(4),
    )


def worked_example() -> ForestCase:
    """The case of the docstring of `contracts.v1.forest_plots`."""
    ten = 10
    made = case(
        campaign({"1": ["5"] * ten, "2": ["5"] * ten, "3": ["4"] * ten, "4": ["4"] * ten}),
        campaign({name: ["10"] * ten for name in ("1", "2", "3", "4")}),
    )
    return replace(made, baseline=stated(1200, "grass and shrubs of the reference stand"))
