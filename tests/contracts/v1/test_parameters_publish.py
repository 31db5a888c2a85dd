"""`parameters.publish`: factors with source and dates, and which of them wait for an officer."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_bodies import factor
from tests.support.main_steps import FARM_ID, SUPERVISOR
from tests.support.refusing import Spoil, acting_as, changing, code_of, refusal, signed_by
from tests.support.scenario import before


def rows(*items: Json) -> Spoil:
    return changing(rows=[*items])


def one(**fields: Json) -> Spoil:
    changed = {**factor("grid"), **fields}
    return rows({name: value for name, value in changed.items() if value is not ...})


def test_publishes_each_row_under_its_key() -> None:
    world, step = before("parameters.publish", nth=1)
    grid, meal = world.do(step).rows
    assert grid.key == "param/event/grid_neimenggu_2023"
    assert (grid.value["value"], grid.value["needs_confirmation"]) == ("0.6479", False)
    assert meal.value["needs_confirmation"] is True
    assert (meal.value["confirmed_seq"], meal.value["published_seq"]) == (None, step.seq)


@pytest.mark.parametrize(
    ("applicability", "confidence_permille", "waits"),
    [
        pytest.param("national", 800, False, id="national-0.8"),
        pytest.param("national", 799, True, id="national-below-0.8"),
        pytest.param("local", 1000, False, id="local"),
        pytest.param("foreign_proxy", 1000, True, id="foreign-proxy"),
        pytest.param("derived", 1000, True, id="derived"),
    ],
)
def test_says_which_rows_wait_for_confirmation(
    applicability: str, confidence_permille: int, waits: bool
) -> None:
    world, step = before("parameters.publish")
    row = factor("f", applicability=applicability, confidence_permille=confidence_permille)
    (published,) = world.do(world.changed(step, rows=[row])).rows
    assert published.value["needs_confirmation"] is waits


def test_publishing_again_replaces_the_row_and_its_confirmation() -> None:
    world, step = before("parameters.publish", nth=1)
    world.do(step)
    world.do(before("parameters.confirm")[1])
    assert world.books.rows["param/event/meal_default_derived"]["confirmed_seq"] == 3
    world.do(world.changed(step))
    assert world.books.rows["param/event/meal_default_derived"]["confirmed_seq"] is None


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(rows(), RefusalCode.TOO_MANY_ITEMS, id="no-row"),
        pytest.param(rows(factor("a"), factor("a")), RefusalCode.DUPLICATE_ITEM, id="row-twice"),
        pytest.param(one(value=0), RefusalCode.FIELD_TYPE, id="value-as-a-number"),
        pytest.param(one(confidence_permille=1001), RefusalCode.FIELD_RANGE, id="over-certain"),
        pytest.param(one(valid_from=...), RefusalCode.FIELD_MISSING, id="without-a-date"),
        pytest.param(one(valid_to="2022-12-31"), RefusalCode.DATES_REVERSED, id="dates-reversed"),
        pytest.param(one(factor_id="Grid"), RefusalCode.FIELD_FORMAT, id="capital-in-the-name"),
        pytest.param(one(domain="SPACE"), RefusalCode.CHOICE_UNKNOWN, id="no-such-domain"),
        pytest.param(one(colour="red"), RefusalCode.FIELD_UNKNOWN, id="unknown-column"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="a-holder-acts"),
        pytest.param(signed_by(SUPERVISOR.key), RefusalCode.SIGNATURE_MISSING, id="supervisor"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("parameters.publish", spoil) is code


def test_rows_that_fit_no_entry_are_refused() -> None:
    world, step = before("parameters.publish")
    many: list[Json] = [{**factor(f"f{n}"), "note": "注" * 100} for n in range(60)]
    assert refusal(world, world.changed(step, rows=many)).code is RefusalCode.TOO_LARGE
