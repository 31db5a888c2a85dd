"""`units.transfer`: what it moves, what it refuses, and what it never breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.values import Json, Movement
from tests.support.main_bodies import on_behalf_of
from tests.support.main_steps import (
    AGENT_ID,
    ENTERPRISE_ID,
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    ORGANISER_ID,
    PLANNER,
    REVIEWER,
    VERIFIER_ID,
    WINDOW,
    officers,
)
from tests.support.refusing import (
    Spoil,
    acting_as,
    again,
    both,
    changing,
    changing_in,
    code_of,
    grant,
    refusal,
    scatter,
    signed_by,
)
from tests.support.scenario import after, before
from tests.support.unit_bodies import BATCH, units_transfer
from tests.support.world import Step, World

OLDER = "BT-F-0002-20190101-20191231-01"
YOUNGER = "BT-F-0001-20200101-20201231-01"
FARM = f"acct/{FARM_ID}"
ORGANISER = f"acct/{ORGANISER_ID}"


def held_kg(world: World, place: str) -> int:
    return sum(block.quantity_kg for block in world.books.all_blocks() if block.place == place)


def transfer(world: World, **fields: Json) -> Step:
    return world.changed(before("units.transfer")[1], **fields)


def test_moves_the_amount_and_records_the_settlement() -> None:
    world, step = before("units.transfer")
    outcome = world.do(step)
    start = 142_275
    assert outcome.movements == (Movement(BATCH, start, start + 60_000, FARM, ORGANISER),)
    (row,) = outcome.rows
    assert row.key.startswith("settlement/")
    assert row.value["trade_no"] == "SL-2026-0001"
    assert row.value["seq"] == step.seq
    assert row.value["agent"] is None


def test_a_transfer_without_settlement_writes_no_row() -> None:
    world, step = before("units.transfer")
    assert world.do(world.changed(step, external_settlement=None)).rows == ()


def test_takes_the_oldest_units_first_as_in_the_worked_example() -> None:
    world = after("account.keys")
    world.books.rows = after("batch.issue").books.rows
    grant(world, YOUNGER, 100, FARM)
    grant(world, OLDER, 30, FARM)
    outcome = world.do(transfer(world, quantity_kg=50, external_settlement=None))
    assert outcome.movements == (
        Movement(OLDER, 0, 30, FARM, ORGANISER),
        Movement(YOUNGER, 0, 20, FARM, ORGANISER),
    )


@given(quantity_kg=st.integers(min_value=1, max_value=806_225))
def test_moves_exactly_the_amount_and_nothing_else(quantity_kg: int) -> None:
    world, step = before("units.transfer")
    world.do(world.changed(step, quantity_kg=quantity_kg))
    assert held_kg(world, ORGANISER) == quantity_kg
    assert held_kg(world, FARM) == 806_225 - quantity_kg
    assert held_kg(world, "buffer/forest") == 142_275


@given(cuts=st.sets(st.integers(min_value=142_275, max_value=948_500), min_size=2, max_size=12))
def test_moves_exactly_the_ranges_named_whatever_their_order(cuts: set[int]) -> None:
    world, step = before("units.transfer")
    bounds = sorted(cuts)
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    ranges: list[Json] = [{"batch": BATCH, "end": end, "first": first} for first, end in pairs]
    outcome = world.do(world.changed(step, quantity_kg=..., ranges=ranges[::-1]))
    assert [(part.first, part.end) for part in outcome.movements] == pairs
    assert held_kg(world, ORGANISER) == sum(end - first for first, end in pairs)


def test_adjacent_ranges_become_one_movement() -> None:
    world, step = before("units.transfer")
    ranges: list[Json] = [
        {"batch": BATCH, "end": 150_010, "first": 150_005},
        {"batch": BATCH, "end": 150_005, "first": 150_000},
    ]
    (movement,) = world.do(world.changed(step, quantity_kg=..., ranges=ranges)).movements
    assert (movement.first, movement.end) == (150_000, 150_010)


def test_an_agent_with_a_mandate_signs_for_the_holder() -> None:
    world = after("units.transfer")
    body = {
        **units_transfer(ORGANISER_ID, ENTERPRISE_ID, 7),
        "on_behalf_of": on_behalf_of(ORGANISER_ID),
    }
    outcome = world.do(world.step("units.transfer", body, f"acct/{AGENT_ID}", [WINDOW.key]))
    assert outcome.movements[0].source == ORGANISER


def test_a_published_price_is_signed_by_the_buyer_too() -> None:
    world, step = before("units.transfer")
    asked = in_clear(world, step)
    refused = refusal(world, asked)
    assert refused.code is RefusalCode.SIGNATURE_MISSING
    assert refused.facts["need"] == {
        "account": ORGANISER_ID,
        "role": "initiate",
        "what": "representative",
    }
    without_planner = signed_by(*officers(FARM_CLERK, FARM_HEAD, REVIEWER))
    assert refusal(world, without_planner(world, asked)).code is RefusalCode.SIGNATURE_MISSING
    (row,) = world.do(signed_by(*officers(FARM_CLERK, FARM_HEAD, PLANNER))(world, asked)).rows
    assert (row.value["price_fen"], row.value["price_commitment"]) == (300_000, None)


in_clear = changing_in("external_settlement", price_fen=300_000, price_commitment=...)


def ranges(*parts: tuple[int, int], batch: str = BATCH) -> Spoil:
    named: list[Json] = [{"batch": batch, "end": end, "first": first} for first, end in parts]
    return changing(quantity_kg=..., ranges=named)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(quantity_kg=0), RefusalCode.FIELD_RANGE, id="nothing"),
        pytest.param(changing(quantity_kg=-1), RefusalCode.FIELD_RANGE, id="negative"),
        pytest.param(changing(quantity_kg=...), RefusalCode.QUANTITY_OR_RANGES, id="neither"),
        pytest.param(
            changing(ranges=[{"batch": BATCH, "end": 2, "first": 1}]),
            RefusalCode.QUANTITY_OR_RANGES,
            id="amount-and-ranges",
        ),
        pytest.param(ranges((5, 5)), RefusalCode.RANGE_EMPTY, id="empty-range"),
        pytest.param(ranges((1, 4), (3, 6)), RefusalCode.RANGES_OVERLAP, id="overlap"),
        pytest.param(ranges(), RefusalCode.TOO_MANY_ITEMS, id="no-range"),
        pytest.param(
            ranges(*((2 * n, 2 * n + 1) for n in range(129))),
            RefusalCode.TOO_MANY_ITEMS,
            id="129-ranges",
        ),
        pytest.param(
            changing_in("external_settlement", price_fen=300_000),
            RefusalCode.FIELD_FORMAT,
            id="price-and-its-commitment",
        ),
        pytest.param(signed_by(FARM_CLERK.key), RefusalCode.SIGNATURE_MISSING, id="one-person"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            acting_as(f"acct/{ENTERPRISE_ID}"), RefusalCode.ACTOR_WRONG, id="another-account-acts"
        ),
        pytest.param(
            both(
                changing(on_behalf_of=on_behalf_of(FARM_ID)),
                acting_as(f"acct/{AGENT_ID}"),
                signed_by(WINDOW.key),
            ),
            RefusalCode.MANDATE_MISSING,
            id="agent-without-mandate",
        ),
        pytest.param(changing(to="0000ZZZZ"), RefusalCode.ACCOUNT_UNKNOWN, id="nobody"),
        pytest.param(changing(to=VERIFIER_ID), RefusalCode.ACCOUNT_TYPE_WRONG, id="to-verifier"),
        pytest.param(changing(to=FARM_ID), RefusalCode.SAME_ACCOUNT, id="to-itself"),
        pytest.param(again, RefusalCode.SETTLEMENT_ALREADY_USED, id="one-trade-twice"),
        pytest.param(
            ranges((0, 1), batch="BT-F-0009-20190101-20191231-01"),
            RefusalCode.BATCH_UNKNOWN,
            id="unknown-batch",
        ),
        pytest.param(ranges((0, 1)), RefusalCode.UNITS_NOT_HELD, id="units-of-the-buffer"),
        pytest.param(
            ranges((142_274, 142_276)), RefusalCode.UNITS_NOT_HELD, id="half-of-it-not-held"
        ),
        pytest.param(
            ranges((948_000, 948_501)), RefusalCode.UNITS_NOT_HELD, id="one-beyond-the-batch"
        ),
        pytest.param(
            changing(quantity_kg=806_226), RefusalCode.BALANCE_TOO_LOW, id="one-kilogram-too-many"
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("units.transfer", spoil) is code


def test_says_what_is_held_when_it_is_too_little() -> None:
    world, step = before("units.transfer")
    refused = refusal(world, world.changed(step, quantity_kg=806_226))
    assert refused.facts == {"balance_kg": 806_225, "quantity_kg": 806_226}


def test_says_how_much_would_fit_when_there_are_too_many_pieces() -> None:
    world, step = before("units.transfer")
    scatter(world, OLDER, 200, FARM_ID)
    asked = world.changed(step, quantity_kg=129)
    refused = refusal(world, asked)
    assert refused.code is RefusalCode.TOO_MANY_RANGES
    assert refused.facts["fitting_kg"] == 128
    assert len(world.do(world.changed(step, quantity_kg=128)).movements) == 128


def test_an_expired_mandate_is_answered_before_an_unknown_account() -> None:
    world = after("units.transfer")
    world.now_us += 500 * 86_400_000_000
    body = {
        **units_transfer(ORGANISER_ID, "0000ZZZZ", 7),
        "on_behalf_of": on_behalf_of(ORGANISER_ID),
    }
    step = world.step("units.transfer", body, f"acct/{AGENT_ID}", [WINDOW.key])
    assert refusal(world, step).code is RefusalCode.MANDATE_MISSING


def test_the_receiver_has_no_say_in_another_account() -> None:
    world, step = before("units.transfer")
    spoil = signed_by(*officers(PLANNER, REVIEWER))
    assert refusal(world, spoil(world, step)).code is RefusalCode.SIGNATURE_MISSING
    surplus = signed_by(*officers(FARM_CLERK, FARM_HEAD, PLANNER))
    assert refusal(world, surplus(world, step)).code is RefusalCode.SIGNATURE_SURPLUS
