"""The packaged tables: well formed, honest about their standing, and what the log will carry."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.inputs.factors import (
    BATCH_ROWS_MAX,
    TABLES,
    FactorRow,
    confirm,
    event_factors,
    from_param_row,
    load_rows,
    load_tables,
    param_batches,
    parameters_bytes,
    to_param_row,
)
from api.inputs.forest_parameters import forest_models
from contracts.form import Form
from contracts.v1 import parameters_publish
from contracts.v1.biomass import Form as EquationForm
from contracts.v1.biomass import Organ
from contracts.v1.uncertainty import BANDS
from contracts.values import ORDER_BYTES_MAX, OUTCOME_BYTES_MAX

ROWS = load_rows()
BY_ID = {row.factor_id: row for row in ROWS}


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.factor_id)
def test_a_row_is_well_formed(row: FactorRow) -> None:
    assert Decimal(row.value).is_finite()
    assert 0 <= row.confidence_permille <= 1000
    assert row.applicability in parameters_publish.APPLICABILITIES
    assert row.domain in parameters_publish.DOMAINS
    assert row.source
    assert row.activity
    date.fromisoformat(row.valid_from)
    if row.form:
        assert row.value == row.a
        assert EquationForm(row.form)
        assert Organ(row.organ)
        assert Decimal(row.b)
        assert row.species


def test_every_id_is_given_once() -> None:
    assert len(BY_ID) == len(ROWS)


@pytest.mark.parametrize("table", TABLES)
def test_every_part_of_a_table_fits_into_one_order(table: str) -> None:
    rows = load_tables()[table]
    batches = param_batches(rows)
    assert [row for batch in batches for row in batch] == [to_param_row(row) for row in rows]
    for batch in batches:
        body = parameters_publish.read(Form({"rows": [*batch], "table": table}))
        assert len(batch) <= BATCH_ROWS_MAX
        assert _bytes(batch) < ORDER_BYTES_MAX - 2_000
        stored = [
            {"key": f"param/{table}/{name}", "value": {**value, "published_seq": 2**40}}
            for name, value in body.rows
        ]
        assert _bytes(stored) < OUTCOME_BYTES_MAX - 500


@pytest.mark.parametrize("row", ROWS[::7], ids=lambda row: row.factor_id)
def test_a_row_comes_back_from_the_log_as_it_went_in(row: FactorRow) -> None:
    published = {**to_param_row(row), "confirmed_seq": None}
    expected = replace(row, latin="")
    assert from_param_row(f"param/{row.table}/{row.factor_id}", published) == expected
    confirmed = from_param_row(
        f"param/{row.table}/{row.factor_id}", {**published, "confirmed_seq": 9}
    )
    assert confirmed.confirmed
    assert confirmed.usable


@pytest.mark.parametrize(
    ("factor_id", "value"),
    [
        pytest.param("grid_150000_2023", "0.6479", id="electricity-of-inner-mongolia"),
        pytest.param("grid_cn_2023", "0.5306", id="electricity-of-china"),
        pytest.param("heat_cn_default", "0.11", id="heat"),
        pytest.param("fuel_gasoline", "2.925056", id="gasoline"),
        pytest.param("fuel_diesel", "3.09591", id="diesel"),
        pytest.param("biomass_pinus_tabuliformis_leaf", "0.0134", id="pine-needles"),
        pytest.param("carbon_fraction_default", "0.47", id="carbon-fraction"),
    ],
)
def test_usable_at_once(factor_id: str, value: str) -> None:
    assert BY_ID[factor_id].value == value
    assert BY_ID[factor_id].usable


@pytest.mark.parametrize(
    "factor_id",
    [
        "hotel_cn_defra",
        "travel_coach",
        "travel_coach_cn",
        "meal_default_derived",
        "species_pinus_tabuliformis_bef",
        "biomass_pinus_sylvestris_mongolica_root",
        "grid_150000_2021",
    ],
)
def test_waits_for_an_officer(factor_id: str) -> None:
    assert not BY_ID[factor_id].usable
    assert confirm((BY_ID[factor_id],), {factor_id})[0].usable


def test_values_of_the_united_kingdom_are_foreign_proxies() -> None:
    foreign = [row for row in ROWS if "DEFRA" in row.source]
    assert len(foreign) > 20
    assert {row.applicability for row in foreign} == {"foreign_proxy"}


def test_every_fuel_factor_is_the_product_of_its_note() -> None:
    for row in load_tables()["fuels"]:
        numbers = "".join(c if c.isdigit() or c == "." else " " for c in row.note).split()
        ncv, carbon, oxidation = (Decimal(number) for number in numbers[:3])
        product = ncv * carbon * oxidation * 44 / 12 / 1000
        assert product.quantize(Decimal("0.000001")) == Decimal(row.value)


def test_the_published_bands_are_the_bands_of_the_rule() -> None:
    rows = [row for row in ROWS if row.activity == "forest.uncertainty_band"]
    published = tuple((int(row.upper) * 10, int(row.value)) for row in rows if row.upper)
    assert published == BANDS
    assert [row.value for row in rows if not row.upper] == ["100"]


def test_product_footprint_factors_are_candidates_so_that_they_can_be_refused() -> None:
    domains = {factor.domain.value for factor in event_factors(ROWS)}
    assert domains == {"ORG_EVENT", "PRODUCT_LCA"}


def test_models_take_the_lowest_carbon_fraction_and_the_default_without_one() -> None:
    fractions = {model.species: model.carbon_fraction for model in forest_models(ROWS).species}
    assert fractions["油松"] == Decimal("0.503")
    assert fractions["榆树"] == Decimal("0.43")
    assert fractions["小叶杨"] == Decimal("0.452")
    assert fractions["云杉"] == Decimal("0.47")


def test_scots_pine_waits_until_its_root_to_shoot_ratio_is_confirmed() -> None:
    before = forest_models(ROWS)
    assert before.waiting == ("樟子松",)
    confirmed = confirm(ROWS, {"species_pinus_sylvestris_mongolica_rsr"})
    after = forest_models(confirmed)
    (model,) = (model for model in after.species if model.species == "樟子松")
    assert model.root_shoot == Decimal("0.241")
    assert {equation.organ for equation in model.equations} == {
        Organ.LEAF,
        Organ.BRANCH,
        Organ.STEM,
    }
    assert after.waiting == ()


def test_growing_stock_models_need_all_four_parameters() -> None:
    names = {f"species_populus_spp_{name}" for name in ("bef", "rsr", "svd", "cf")}
    assert forest_models(confirm(ROWS, names - {"species_populus_spp_cf"})).stocks == ()
    (model,) = forest_models(confirm(ROWS, names)).stocks
    assert (model.species, model.wood_density) == ("杨树", Decimal("0.378"))


def test_species_are_known_by_their_latin_names_too() -> None:
    names = forest_models(ROWS).names()
    assert names["Pinus tabuliformis"] == names["油松"] == "油松"
    assert "樟子松" not in names


def test_models_rest_on_usable_rows_only() -> None:
    models = forest_models(ROWS)
    assert models.rows
    assert all(row.usable for row in models.rows)


def test_the_canonical_bytes_of_parameters_do_not_see_their_order() -> None:
    assert parameters_bytes(ROWS) == parameters_bytes(reversed(ROWS))
    assert parameters_bytes(ROWS[:1]) != parameters_bytes(confirm(ROWS[:1], {ROWS[0].factor_id}))
