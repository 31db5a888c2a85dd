"""Carbon of trees: from diameter and height, or from growing stock, to kilograms of CO2.

Two paths, chosen per stratum:
    component equations   B = Σ_organ a·(D²H)^b, exp(a + b·ln D²H) or exp(a + b·ln D)
    growing stock (BEF)   B = V · SVD · BEF · (1 + RSR)
Both end in C = B · CF · 44/12. Source: 黄晓琼 et al. 2016, appendix 1 (equations);
AR-CM-001-V01 and AR-CM-003-V01 (growing stock).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.v1.arithmetic import power
from contracts.v1.method_error import MethodError, MethodFault

CO2_MASS: Final = 44
CARBON_MASS: Final = 12
M2_PER_HA: Final = 10_000
KG_PER_T: Final = 1000


class Organ(StrEnum):
    """The part of a tree an equation gives the dry mass of."""

    LEAF = "leaf"
    BRANCH = "branch"
    STEM = "stem"
    ROOT = "root"


class Form(StrEnum):
    """The shape of an equation; D in cm, H in m, result in kg of dry mass per tree."""

    POWER = "a*(D^2*H)^b"
    EXP_D2H = "exp(a+b*ln(D^2*H))"
    EXP_D = "exp(a+b*ln(D))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """One component equation with its published coefficients."""

    organ: Organ
    form: Form
    a: Decimal
    b: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeciesModel:
    """How one species is computed from diameter and height.

    `root_shoot` (below- over aboveground mass), when given, replaces the root equation: for
    species whose root equation is not believable.
    """

    species: str
    equations: tuple[Equation, ...]
    carbon_fraction: Decimal
    root_shoot: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockModel:
    """How one species is computed from growing stock.

    `wood_density` SVD in t/m³, `expansion` BEF = aboveground ÷ stem, `root_shoot` RSR,
    `carbon_fraction` CF in tC/t.
    """

    species: str
    wood_density: Decimal
    expansion: Decimal
    root_shoot: Decimal
    carbon_fraction: Decimal


def check_model(model: SpeciesModel) -> None:
    """Require a stem equation, one equation per organ, a root, and a sensible carbon fraction.

    Raises:
        MethodError: `MODEL_INCOMPLETE`.
    """
    organs = [equation.organ for equation in model.equations]
    whole = Organ.STEM in organs and (Organ.ROOT in organs or model.root_shoot is not None)
    if not whole or len(set(organs)) != len(organs) or not 0 < model.carbon_fraction < 1:
        raise MethodError(MethodFault.MODEL_INCOMPLETE, species=model.species)


def dry_mass_kg(equation: Equation, *, dbh_cm: Decimal, height_m: Decimal) -> Decimal:
    """Return the dry mass that one equation gives for one tree."""
    match equation.form:
        case Form.POWER:
            return equation.a * power(dbh_cm * dbh_cm * height_m, equation.b)
        case Form.EXP_D2H:
            return (equation.a + equation.b * (dbh_cm * dbh_cm * height_m).ln()).exp()
        case Form.EXP_D:
            return (equation.a + equation.b * dbh_cm.ln()).exp()


def tree_co2_kg(model: SpeciesModel, *, dbh_cm: Decimal, height_m: Decimal) -> Decimal:
    """Return what one living tree holds, above and below ground, as kilograms of CO2.

    Example:
        油松, D = 10 cm, H = 10 m, D²H = 1000: leaf 0.0134·1000^0.8539 = 4.884, branch
        0.0017·1000^1.1515 = 4.841, stem 0.0475·1000^0.8539 = 17.314, root
        0.0027·1000^1.0917 = 5.087, together 32.13 kg; · 0.503 · 44/12 = 59.25 kg CO2
    """
    above = Decimal(0)
    below = Decimal(0)
    for equation in model.equations:
        if equation.organ is not Organ.ROOT:
            above += dry_mass_kg(equation, dbh_cm=dbh_cm, height_m=height_m)
        elif model.root_shoot is None:
            below += dry_mass_kg(equation, dbh_cm=dbh_cm, height_m=height_m)
    if model.root_shoot is not None:
        below = above * model.root_shoot
    return (above + below) * model.carbon_fraction * CO2_MASS / CARBON_MASS


def stock_co2_kg_per_m2(model: StockModel, volume_m3_per_ha: Decimal) -> Decimal:
    """Return what a growing stock holds, above and below ground, as kg of CO2 per m².

    Example:
        油松, 60 m³/ha: 60 · 0.36 · 1.589 · 1.251 · 0.521 · 44/12 = 82.02 t/ha = 8.202 kg/m²
    """
    dry_t_per_ha = volume_m3_per_ha * model.wood_density * model.expansion * (1 + model.root_shoot)
    co2_t_per_ha = dry_t_per_ha * model.carbon_fraction * CO2_MASS / CARBON_MASS
    return co2_t_per_ha * KG_PER_T / M2_PER_HA


def pick(models: Mapping[str, SpeciesModel], species: str) -> SpeciesModel:
    """Return the model of a species.

    Raises:
        MethodError: `SPECIES_UNKNOWN`.
    """
    model = models.get(species)
    if model is None:
        raise MethodError(MethodFault.SPECIES_UNKNOWN, species=species)
    return model
