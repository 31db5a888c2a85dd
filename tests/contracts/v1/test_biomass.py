"""Carbon of trees: every equation of the tables against a second computation by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from api.inputs.factors import FactorRow, load_tables
from contracts.v1.arithmetic import fixed_context
from contracts.v1.biomass import (
    Equation,
    Form,
    Organ,
    SpeciesModel,
    StockModel,
    check_model,
    dry_mass_kg,
    pick,
    stock_co2_kg_per_m2,
    tree_co2_kg,
)
from contracts.v1.method_error import MethodError, MethodFault
from tests.support.forest_cases import X, power
from tests.support.series import exp, ln

PINE = SpeciesModel(
    species="油松",
    equations=(
        power(Organ.LEAF, "0.0134", "0.8539"),
        power(Organ.BRANCH, "0.0017", "1.1515"),
        power(Organ.STEM, "0.0475", "0.8539"),
        power(Organ.ROOT, "0.0027", "1.0917"),
    ),
    carbon_fraction=Decimal("0.503"),
)


def _by_series(row: FactorRow, diameter: Fraction, height: Fraction) -> Fraction:
    a, b = Fraction(row.a), Fraction(row.b)
    square = ln(diameter * diameter * height)
    match Form(row.form):
        case Form.POWER:
            return a * exp(b * square)
        case Form.EXP_D2H:
            return exp(a + b * square)
        case Form.EXP_D:
            return exp(a + b * ln(diameter))


@pytest.mark.parametrize("row", load_tables()["biomass_equations"], ids=lambda row: row.factor_id)
def test_every_published_equation_gives_what_its_series_gives(row: FactorRow) -> None:
    equation = Equation(
        organ=Organ(row.organ), form=Form(row.form), a=Decimal(row.a), b=Decimal(row.b)
    )
    for diameter, height in (("12", "7"), ("5.3", "2.8"), ("18", "9.4")):
        with fixed_context():
            ours = dry_mass_kg(equation, dbh_cm=Decimal(diameter), height_m=Decimal(height))
        expected = _by_series(row, Fraction(diameter), Fraction(height))
        assert abs(Fraction(ours) - expected) <= expected / 10**30


def test_a_pine_of_ten_centimetres_and_ten_metres_holds_59_kg() -> None:
    # D²H = 1000: 4.88433 + 4.84115 + 17.31385 + 5.08702 = 32.12635 kg; · 0.503 · 44/12
    with fixed_context():
        found = tree_co2_kg(PINE, dbh_cm=Decimal(10), height_m=Decimal(10))
    assert found.quantize(Decimal("0.0001")) == Decimal("59.2517")


def test_a_root_to_shoot_ratio_replaces_the_root_equation() -> None:
    ratio = SpeciesModel(
        species="X",
        equations=X.equations,
        carbon_fraction=X.carbon_fraction,
        root_shoot=Decimal("0.25"),
    )
    with fixed_context():
        # stem 0.03 · 1000 = 30 kg, root 30 · 0.25 = 7.5 kg, · 0.5 · 44/12 = 68.75 kg
        found = tree_co2_kg(ratio, dbh_cm=Decimal(10), height_m=Decimal(10))
    assert found.quantize(Decimal("1E-20")) == Decimal("68.75")


def test_sixty_cubic_metres_of_pine_hold_82_tonnes_a_hectare() -> None:
    model = StockModel(
        species="油松",
        wood_density=Decimal("0.36"),
        expansion=Decimal("1.589"),
        root_shoot=Decimal("0.251"),
        carbon_fraction=Decimal("0.521"),
    )
    with fixed_context():
        found = stock_co2_kg_per_m2(model, Decimal(60))
    exact = Fraction("0.36") * Fraction("1.589") * Fraction("1.251") * Fraction("0.521") * 60
    expected = exact * 44 / 12 / 10
    assert abs(Fraction(found) - expected) < Fraction(1, 10**30)
    assert round(expected, 3) == Fraction("8.202")


@pytest.mark.parametrize(
    ("equations", "root_shoot", "fraction"),
    [
        pytest.param((power(Organ.ROOT, "1"),), None, "0.5", id="no-stem"),
        pytest.param((power(Organ.STEM, "1"),), None, "0.5", id="no-root"),
        pytest.param((power(Organ.STEM, "1"),) * 2, "0.2", "0.5", id="two-stems"),
        pytest.param((power(Organ.STEM, "1"),), "0.2", "0", id="no-carbon"),
        pytest.param((power(Organ.STEM, "1"),), "0.2", "1", id="nothing-but-carbon"),
    ],
)
def test_refuses_an_incomplete_model(
    equations: tuple[Equation, ...], root_shoot: str | None, fraction: str
) -> None:
    model = SpeciesModel(
        species="?",
        equations=equations,
        carbon_fraction=Decimal(fraction),
        root_shoot=Decimal(root_shoot) if root_shoot else None,
    )
    with pytest.raises(MethodError) as caught:
        check_model(model)
    assert caught.value.code is MethodFault.MODEL_INCOMPLETE


def test_refuses_a_species_without_a_model() -> None:
    with pytest.raises(MethodError) as caught:
        pick({"X": X}, "椰子")
    assert caught.value.code is MethodFault.SPECIES_UNKNOWN
    assert caught.value.facts == {"species": "椰子"}
