"""`units.retire`: what leaves circulation, for whom, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1.units_retire import RETIREMENTS_MAX
from contracts.values import Json, Movement
from tests.support.main_bodies import ENTERPRISE, FARM, ORGANISER, on_behalf_of
from tests.support.main_steps import (
    AGENT_ID,
    BUYER,
    ENTERPRISE_ID,
    ORGANISER_ID,
    PLANNER,
    REVIEWER,
    WINDOW,
)
from tests.support.people import hex_digest
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    both,
    changing,
    code_of,
    grant,
    refusal,
    signed_by,
)
from tests.support.scenario import after, before
from tests.support.unit_bodies import BATCH, units_retire, units_retire_for_claim, units_transfer
from tests.support.world import DAY_US, Step, World

CLAIM = "000000PP"
"""The main job's claim: entry 22."""


def for_claim(world: World, quantity_kg: int) -> Step:
    body = units_retire_for_claim(ORGANISER_ID, CLAIM, quantity_kg)
    keys = [PLANNER.key, REVIEWER.key]
    return world.step("units.retire", body, f"acct/{ORGANISER_ID}", keys)


def test_retires_for_a_claim_as_in_the_worked_example() -> None:
    world, step = before("units.retire")
    outcome = world.do(step)
    (movement,) = outcome.movements
    assert movement.quantity_kg == 42_318
    assert (movement.source, movement.target) == (f"acct/{ORGANISER_ID}", f"retired/{step.seq}")
    claim, retirement = (row.value for row in outcome.rows)
    assert claim["retired_kg"] == 42_318
    assert claim["retirements"] == [
        {
            "quantity_kg": 42_318,
            "retired_at_us": step.at_us,
            "retirement": "000000RR",
            "seq": step.seq,
        }
    ]
    assert retirement["beneficiary"] == {"org": ORGANISER.named()}
    assert retirement["claim"] == CLAIM
    assert retirement["retired_at_us"] == step.at_us


def test_names_its_units_so_that_a_paper_needs_nothing_else() -> None:
    world, step = before("units.retire")
    value = world.do(step).rows[1].value
    (named,) = value["batches"]
    batch = world.books.rows[f"batch/{BATCH}"]
    assert named == {
        "affiliated": False,
        "batch": BATCH,
        "counties": ["150222"],
        "methodology": {"id": "SL-FOREST-PLOT", "version": "1"},
        "name": batch["name"],
        "project": "0001",
        "quantity_kg": 42_318,
        "track": "LOCAL",
        "verifier": batch["verifier"],
    }


def test_a_voluntary_retirement_may_name_a_person_by_commitment_only() -> None:
    world, step = before("units.retire", nth=1)
    beneficiary: Json = {"person": hex_digest("a person")}
    outcome = world.do(world.changed(step, beneficiary=beneficiary, purpose="gift"))
    assert outcome.rows[0].value["beneficiary"] == beneficiary
    assert outcome.rows[0].value["claim"] is None


def test_several_batches_make_one_statement_oldest_first() -> None:
    world, step = before("units.retire", nth=1)
    older = "BT-F-0003-20180101-20181231-01"
    grant(world, older, 100, f"acct/{ENTERPRISE_ID}")
    outcome = world.do(world.changed(step, quantity_kg=150))
    assert [movement.batch for movement in outcome.movements] == [older, BATCH]
    named = outcome.rows[0].value["batches"]
    assert [(one["batch"], one["quantity_kg"]) for one in named] == [(BATCH, 50), (older, 100)]


@given(quantity_kg=st.integers(min_value=1, max_value=20_000))
def test_what_is_retired_never_moves_again(quantity_kg: int) -> None:
    world, step = before("units.retire", nth=1)
    (movement,) = world.do(world.changed(step, quantity_kg=quantity_kg)).movements
    part: Json = {"batch": BATCH, "end": movement.end, "first": movement.first}
    code = refusal(world, world.changed(step, quantity_kg=..., ranges=[part])).code
    assert code is RefusalCode.UNITS_NOT_HELD


def test_nobody_retires_for_anothers_claim_but_may_give_its_claimant_the_units() -> None:
    world, _ = before("units.retire")
    body = units_retire_for_claim(ENTERPRISE_ID, CLAIM, 1)
    asked = world.step("units.retire", body, f"acct/{ENTERPRISE_ID}", [BUYER.key])
    assert refusal(world, asked).code is RefusalCode.CLAIM_NOT_OWN
    given = units_transfer(ENTERPRISE_ID, ORGANISER_ID, 1)
    world.do(world.step("units.transfer", given, f"acct/{ENTERPRISE_ID}", [BUYER.key]))
    assert world.do(for_claim(world, 1)).rows[0].value["retired_kg"] == 1


def test_an_agent_is_named_on_the_retirement() -> None:
    world, step = before("units.retire")
    body = {**step.body, "on_behalf_of": on_behalf_of(ORGANISER_ID)}
    outcome = world.do(world.step("units.retire", body, f"acct/{AGENT_ID}", [WINDOW.key]))
    assert outcome.rows[1].value["agent"] == {
        "account": AGENT_ID,
        "mandate_sha256": hex_digest("mandate"),
        "org": AGENT_ID,
    }


def test_the_last_possible_retirement_of_a_claim_must_cover_it() -> None:
    world, _ = before("units.retire")
    for _ in range(RETIREMENTS_MAX - 1):
        world.do(for_claim(world, 1))
    assert refusal(world, for_claim(world, 1)).code is RefusalCode.RETIRED_TOO_LITTLE
    world.do(before("units.retire")[1])
    assert refusal(world, for_claim(world, 1)).code is RefusalCode.CLAIM_ALREADY_COVERED


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(quantity_kg=0), RefusalCode.FIELD_RANGE, id="nothing"),
        pytest.param(changing(purpose="offset"), RefusalCode.CHOICE_UNKNOWN, id="purpose"),
        pytest.param(changing(beneficiary={}), RefusalCode.FIELD_MISSING, id="for-nobody"),
        pytest.param(
            changing(beneficiary={"org": FARM.named(), "person": "ab" * 32}),
            RefusalCode.FIELD_UNKNOWN,
            id="two-beneficiaries",
        ),
        pytest.param(
            changing(consumption_period={"end": "2026-01-01", "start": "2026-01-02"}),
            RefusalCode.DATES_REVERSED,
            id="period",
        ),
        pytest.param(signed_by(PLANNER.key), RefusalCode.SIGNATURE_MISSING, id="one-of-two"),
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
            after_row(f"acct/{ORGANISER_ID}", type="validator"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-holder",
        ),
        pytest.param(changing(claim="0000ZZZZ"), RefusalCode.CLAIM_UNKNOWN, id="no-such-claim"),
        pytest.param(
            after_row(f"claim/{CLAIM}", measurement=None),
            RefusalCode.CLAIM_STATE_WRONG,
            id="not-measured",
        ),
        pytest.param(
            after_row(f"claim/{CLAIM}", completion={}),
            RefusalCode.CLAIM_STATE_WRONG,
            id="already-complete",
        ),
        pytest.param(
            changing(quantity_kg=60_001), RefusalCode.BALANCE_TOO_LOW, id="more-than-held"
        ),
        pytest.param(
            changing(quantity_kg=..., ranges=[{"batch": BATCH[:-2] + "02", "end": 1, "first": 0}]),
            RefusalCode.BATCH_UNKNOWN,
            id="unknown-batch",
        ),
        pytest.param(
            changing(quantity_kg=..., ranges=[{"batch": BATCH, "end": 142_276, "first": 142_274}]),
            RefusalCode.UNITS_NOT_HELD,
            id="buffer-units",
        ),
        pytest.param(
            changing(purpose="voluntary"), RefusalCode.CLAIM_PURPOSE_WRONG, id="other-purpose"
        ),
        pytest.param(
            changing(beneficiary={"org": ENTERPRISE.named()}),
            RefusalCode.BENEFICIARY_NOT_CLAIMANT,
            id="for-somebody-else",
        ),
        pytest.param(
            after_row(f"claim/{CLAIM}", retired_kg=42_318),
            RefusalCode.CLAIM_ALREADY_COVERED,
            id="covered",
        ),
        pytest.param(
            after_row(f"claim/{CLAIM}", deadline_at_us=1),
            RefusalCode.DEADLINE_PASSED,
            id="too-late",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("units.retire", spoil) is code


def test_a_claim_may_be_covered_until_the_last_microsecond_of_its_deadline() -> None:
    world, step = before("units.retire")
    deadline_us = world.books.rows[f"claim/{CLAIM}"]["deadline_at_us"]
    assert isinstance(deadline_us, int)
    world.now_us = deadline_us
    assert refusal(world, world.changed(step)).code is RefusalCode.DEADLINE_PASSED
    world.now_us = deadline_us - 1
    world.do(world.changed(step))


def test_more_than_sixteen_batches_do_not_fit_one_statement() -> None:
    world = after("units.transfer", nth=1)
    for number in range(17):
        grant(world, f"BT-F-{number + 10:04d}-20180101-20181231-01", 10, f"acct/{ENTERPRISE_ID}")
    body = units_retire(ENTERPRISE_ID, 165, ENTERPRISE.named())
    step = world.step("units.retire", body, f"acct/{ENTERPRISE_ID}", [BUYER.key])
    refused = refusal(world, step)
    assert refused.code is RefusalCode.TOO_MANY_RANGES
    assert refused.facts["fitting_kg"] == 160


def test_units_come_from_the_named_account_only() -> None:
    world, step = before("units.retire", nth=1)
    (movement,) = world.do(step).movements
    assert movement == Movement(
        BATCH, 202_275, 207_275, f"acct/{ENTERPRISE_ID}", f"retired/{step.seq}"
    )
    assert world.now_us - step.at_us < DAY_US
