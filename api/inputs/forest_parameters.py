"""From parameter rows to the species models that SL-FOREST-PLOT computes with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.inputs.factors import FactorRow, load_tables
from contracts.v1.biomass import Equation, Form, Organ, SpeciesModel, StockModel

ANY_SPECIES: Final = "通用"
_EQUATION: Final = "forest.biomass_equation"
_FRACTION: Final = "forest.carbon_fraction"
_ROOT_SHOOT: Final = "forest.root_shoot"
_STOCK: Final = (
    "forest.wood_density",
    "forest.expansion",
    _ROOT_SHOOT,
    "forest.carbon_fraction_inventory",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestModels:
    """Models from usable rows, the rows they rest on, and species that wait for confirmation."""

    species: tuple[SpeciesModel, ...]
    stocks: tuple[StockModel, ...]
    rows: tuple[FactorRow, ...]
    waiting: tuple[str, ...]

    def names(self) -> dict[str, str]:
        """Return accepted species names, Chinese and Latin, for reading plot files."""
        known = {model.species for model in self.species}
        latin = _latin_names()
        return {name: name for name in known} | {
            latin[name]: name for name in known if name in latin
        }


def forest_models(rows: Iterable[FactorRow]) -> ForestModels:
    """Build the models of every species whose rows are all usable.

    A root equation that is itself doubtful is replaced by a usable root:shoot ratio, or the
    species waits. Among several carbon fractions of a species the lowest is taken, and without
    any the general default: a sink is never overstated by a choice among sources.
    """
    kept = tuple(rows)
    found: list[tuple[SpeciesModel, tuple[FactorRow, ...]]] = []
    waiting: list[str] = []
    for species in sorted({row.species for row in kept if row.activity == _EQUATION}):
        model = _species_model(species, kept)
        if model is None:
            waiting.append(species)
        else:
            found.append(model)
    stocks = _stock_models(kept)
    used = [row for _, rows_used in (*found, *stocks) for row in rows_used]
    return ForestModels(
        species=tuple(model for model, _ in found),
        stocks=tuple(model for model, _ in stocks),
        rows=tuple(dict.fromkeys(used)),
        waiting=tuple(waiting),
    )


def _species_model(
    species: str, rows: Sequence[FactorRow]
) -> tuple[SpeciesModel, tuple[FactorRow, ...]] | None:
    equations = [row for row in rows if row.activity == _EQUATION and row.species == species]
    usable = [row for row in equations if not row.needs_confirmation]
    fraction = _carbon_fraction(species, rows)
    used = list(usable)
    root_shoot: Decimal | None = None
    if all(row.organ != Organ.ROOT for row in usable):
        ratio = _first_usable(_ROOT_SHOOT, species, rows)
        if ratio is None:
            return None
        root_shoot = Decimal(ratio.value)
        used.append(ratio)
    above = {row.organ for row in equations} - {Organ.ROOT.value}
    if fraction is None or not above <= {row.organ for row in usable}:
        return None
    model = SpeciesModel(
        species=species,
        equations=tuple(_equation(row) for row in usable),
        carbon_fraction=Decimal(fraction.value),
        root_shoot=root_shoot,
    )
    return model, (*used, fraction)


def _equation(row: FactorRow) -> Equation:
    return Equation(organ=Organ(row.organ), form=Form(row.form), a=Decimal(row.a), b=Decimal(row.b))


def _carbon_fraction(species: str, rows: Sequence[FactorRow]) -> FactorRow | None:
    for name in (species, ANY_SPECIES):
        candidates = [
            row for row in rows if row.activity == _FRACTION and row.species == name and row.usable
        ]
        if candidates:
            return min(candidates, key=lambda row: (Decimal(row.value), row.factor_id))
    return None


def _first_usable(activity: str, species: str, rows: Sequence[FactorRow]) -> FactorRow | None:
    return next(
        (row for row in rows if row.activity == activity and row.species == species and row.usable),
        None,
    )


def _stock_models(
    rows: Sequence[FactorRow],
) -> list[tuple[StockModel, tuple[FactorRow, ...]]]:
    models = []
    for species in sorted({row.species for row in rows if row.activity == "forest.expansion"}):
        found = [_first_usable(activity, species, rows) for activity in _STOCK]
        used = tuple(row for row in found if row is not None)
        if len(used) < len(_STOCK):
            continue
        density, expansion, root_shoot, fraction = (Decimal(row.value) for row in used)
        model = StockModel(
            species=species,
            wood_density=density,
            expansion=expansion,
            root_shoot=root_shoot,
            carbon_fraction=fraction,
        )
        models.append((model, used))
    return models


def _latin_names() -> Mapping[str, str]:
    return {row.species: row.latin for row in load_tables()["biomass_equations"]}
