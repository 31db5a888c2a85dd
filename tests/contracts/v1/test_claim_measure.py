"""`claim.measure`: which inventories are recorded, and what may still be changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1.claim_measure import GROUPS
from contracts.values import Json
from tests.support.main_bodies import EVENT_FACTOR, MEAL_FACTOR, on_behalf_of
from tests.support.main_steps import AGENT_ID, BUYER, ENTERPRISE_ID, ORGANISER_ID, PLANNER, WINDOW
from tests.support.people import hex_digest
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    both,
    changing,
    changing_in,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import after, before
from tests.support.world import Step, World

CLAIM = "claim/000000PP"


def test_records_the_inventory_of_the_worked_example() -> None:
    world, step = before("claim.measure")
    (row,) = world.do(step).rows
    measurement = row.value["measurement"]
    assert row.key == CLAIM
    assert measurement["total_g"] == measurement["residual_g"] == 42_317_604
    assert [group["group"] for group in measurement["groups"]] == list(GROUPS)
    assert sum(group["emissions_g"] for group in measurement["groups"]) == 42_317_604
    assert measurement["computed_by"] == "self"
    assert measurement["factors"] == [EVENT_FACTOR, MEAL_FACTOR]
    assert measurement["proxies"] == [MEAL_FACTOR]
    assert measurement["seq"] == step.seq
    assert row.value["completion"] is None


def test_may_be_stated_anew_until_something_is_retired() -> None:
    world, step = before("claim.measure")
    world.do(step)
    world.do(world.changed(step, input_sha256=hex_digest("better data")))
    world.do(before("units.retire")[1])
    assert refusal(world, world.changed(step)).code is RefusalCode.CLAIM_STATE_WRONG


@given(grams=st.lists(st.integers(min_value=0, max_value=10**12), min_size=6, max_size=6))
def test_the_total_is_the_sum_of_the_groups(grams: list[int]) -> None:
    world, step = before("claim.measure")
    total = sum(grams)
    groups: Json = dict(zip(GROUPS, grams, strict=True))
    stated = world.changed(
        step, groups_g=groups, total_g=max(total, 1), residual_g=max(total, 1), excluded=[]
    )
    if total == 0:
        assert refusal(world, stated).code is RefusalCode.NUMBERS_DO_NOT_ADD_UP
    else:
        world.do(stated)


def excluded(*grams: int) -> Spoil:
    return changing(
        excluded=[
            {"category": {"zh": "快递"}, "estimate_g": gram, "reason": {"zh": "无数据"}}
            for gram in grams
        ]
    )


def unconfirmed(world: World, step: Step) -> Step:
    row = world.books.rows[MEAL_FACTOR]
    world.books.rows[MEAL_FACTOR] = {**row, "confirmed_seq": None}
    return world.changed(step)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing_in("groups_g", fuel=...), RefusalCode.FIELD_MISSING, id="no-fuel"),
        pytest.param(changing_in("groups_g", fuel=-1), RefusalCode.FIELD_RANGE, id="negative"),
        pytest.param(changing_in("groups_g", air=1), RefusalCode.FIELD_UNKNOWN, id="a-7th-group"),
        pytest.param(changing(total_g=0), RefusalCode.FIELD_RANGE, id="nothing-emitted"),
        pytest.param(changing(factors=[]), RefusalCode.TOO_MANY_ITEMS, id="without-factors"),
        pytest.param(changing(factors=["fuel"]), RefusalCode.FIELD_FORMAT, id="no-factor-key"),
        pytest.param(signed_by(PLANNER.key), RefusalCode.SIGNATURE_MISSING, id="one-of-two"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            both(
                changing(account=ENTERPRISE_ID, on_behalf_of=on_behalf_of(ENTERPRISE_ID)),
                acting_as(f"acct/{AGENT_ID}"),
                signed_by(WINDOW.key),
            ),
            RefusalCode.MANDATE_MISSING,
            id="agent-without-mandate",
        ),
        pytest.param(
            after_row(f"acct/{ORGANISER_ID}", type="verifier"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-holder",
        ),
        pytest.param(changing(claim="0000ZZZZ"), RefusalCode.CLAIM_UNKNOWN, id="no-such-claim"),
        pytest.param(
            both(
                changing(account=ENTERPRISE_ID),
                acting_as(f"acct/{ENTERPRISE_ID}"),
                signed_by(BUYER.key),
            ),
            RefusalCode.CLAIM_NOT_OWN,
            id="somebody-elses",
        ),
        pytest.param(
            after_row(CLAIM, completion={}), RefusalCode.CLAIM_STATE_WRONG, id="already-complete"
        ),
        pytest.param(
            after_row(CLAIM, retirements=[{}]), RefusalCode.CLAIM_STATE_WRONG, id="retired-for"
        ),
        pytest.param(
            changing(factors=["param/event/no-such"]),
            RefusalCode.PARAMETER_UNKNOWN,
            id="unknown-factor",
        ),
        pytest.param(
            changing(total_g=42_317_605, residual_g=42_317_605),
            RefusalCode.NUMBERS_DO_NOT_ADD_UP,
            id="one-gram-too-many",
        ),
        pytest.param(
            changing(residual_g=40_000_000),
            RefusalCode.NUMBERS_DO_NOT_ADD_UP,
            id="reduction-subtracted-again",
        ),
        pytest.param(
            changing_in("engine", version="2"), RefusalCode.METHODOLOGY_UNKNOWN, id="engine"
        ),
        pytest.param(
            after_row(CLAIM, dates={"end": "2026-10-26", "start": "2026-10-20"}),
            RefusalCode.EVENT_NOT_OVER,
            id="on-its-last-day",
        ),
        pytest.param(
            after_row(CLAIM, deadline_at_us=1), RefusalCode.DEADLINE_PASSED, id="too-late"
        ),
        pytest.param(changing(reductions=[]), RefusalCode.REDUCTION_MISSING, id="no-reduction"),
        pytest.param(excluded(423_177), RefusalCode.EXCLUSIONS_TOO_LARGE, id="one-of-one-per-cent"),
        pytest.param(
            excluded(*[423_176] * 5, 1), RefusalCode.EXCLUSIONS_TOO_LARGE, id="five-per-cent-in-all"
        ),
        pytest.param(changing(proxies=[]), RefusalCode.PROXIES_MISSTATED, id="proxy-unnamed"),
        pytest.param(
            changing(proxies=[EVENT_FACTOR, MEAL_FACTOR]),
            RefusalCode.PROXIES_MISSTATED,
            id="no-proxy-named-as-one",
        ),
        pytest.param(
            changing(factors=[EVENT_FACTOR]), RefusalCode.PROXIES_MISSTATED, id="proxy-not-used"
        ),
        pytest.param(
            after_row(EVENT_FACTOR, domain="SINK"),
            RefusalCode.PARAMETER_NOT_USABLE,
            id="factor-of-a-sink",
        ),
        pytest.param(
            after_row(EVENT_FACTOR, valid_from="2026-10-23"),
            RefusalCode.PARAMETER_NOT_USABLE,
            id="factor-valid-after-the-event-only",
        ),
        pytest.param(
            after_row(EVENT_FACTOR, valid_to="2026-10-21"),
            RefusalCode.PARAMETER_NOT_USABLE,
            id="factor-valid-until-the-day-before",
        ),
        pytest.param(unconfirmed, RefusalCode.PARAMETER_NOT_USABLE, id="unconfirmed-proxy"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("claim.measure", spoil) is code


@pytest.mark.parametrize(
    "valid",
    [
        pytest.param({"valid_from": "2026-10-22"}, id="from-the-last-day-on"),
        pytest.param({"valid_to": "2026-10-22"}, id="until-the-last-day"),
        pytest.param({"valid_to": None}, id="without-end"),
    ],
)
def test_a_factor_holds_on_the_last_day_of_the_event(valid: dict[str, Json]) -> None:
    world, step = before("claim.measure")
    world.do(after_row(EVENT_FACTOR, **valid)(world, step))


@pytest.mark.parametrize(
    "grams",
    [
        pytest.param((423_176,), id="just-below-1-per-cent"),
        pytest.param((423_176,) * 5, id="just-below-5-per-cent-in-all"),
    ],
)
def test_small_exclusions_are_accepted(grams: tuple[int, ...]) -> None:
    world, step = before("claim.measure")
    world.do(excluded(*grams)(world, step))


def test_a_claim_that_could_not_be_completed_for_its_length_is_refused_at_once() -> None:
    world, step = before("claim.measure")
    long: Json = {
        "description": {"en": "e" * 200, "zh": "减" * 200},
        "evidence_sha256": hex_digest("reduction"),
        "quantity_kg": 1,
    }
    item: Json = {
        "category": {"zh": "类" * 100},
        "estimate_g": 1,
        "reason": {"en": "e" * 200, "zh": "因" * 200},
    }
    asked = world.changed(step, reductions=[long] * 12, excluded=[item] * 12)
    assert refusal(world, asked).code is RefusalCode.TOO_LARGE
    assert after("claim.open").do(world.changed(step, reductions=[long] * 4)) is not None


def test_a_measurement_by_somebody_else_names_them() -> None:
    world, step = before("claim.measure")
    claimant = world.books.rows[CLAIM]["claimant"]
    (row,) = world.do(world.changed(step, computed_by=claimant)).rows
    assert row.value["measurement"]["computed_by"] == claimant
