"""`loss.replace` (补足): the owner's units first cover, then restore, last impaired first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1 import impairment
from contracts.values import Json, Movement
from tests.support.life_bodies import loss_replace
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER, EVENT_PAPER, declare
from tests.support.losses import faults, impair_all, impaired, overdue, retire
from tests.support.main_steps import (
    BUYER,
    ENTERPRISE_ID,
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    VERIFIER_ID,
    VERIFYING,
    officers,
)
from tests.support.refusing import Spoil, changing, code_of, refusal, scatter, signed_by
from tests.support.scenario import after, before
from tests.support.unit_bodies import BATCH
from tests.support.world import Step, World


def gift(world: World, loss: str, quantity_kg: int) -> Step:
    keys = officers(FARM_CLERK, FARM_HEAD)
    body = loss_replace(FARM_ID, loss, quantity_kg)
    return world.step("loss.replace", body, f"acct/{FARM_ID}", keys)


def test_units_of_the_owner_are_cancelled_and_less_is_owed() -> None:
    world, step = before("loss.replace")
    outcome = world.do(step)
    (movement,) = outcome.movements
    (row,) = outcome.rows
    assert (movement.source, movement.target) == (f"acct/{FARM_ID}", f"cancelled/{step.seq}")
    assert (row.value["owed_kg"], row.value["replaced_kg"]) == (60_000, 9_725)


def test_what_restores_certificates_is_the_last_impaired_as_in_the_worked_example() -> None:
    world, step = before("loss.replace", nth=1)
    outcome = world.do(step)
    assert impaired(world.books) == {
        CLAIM_PAPER: 25_000,
        ENTERPRISE_PAPER: 5_000,
        EVENT_PAPER: 25_000,
    }
    loss = outcome.rows[0].value
    assert (loss["owed_kg"], loss["impaired_kg"]) == (30_000, 30_000)
    world.do(world.changed(step, quantity_kg=30_000))
    assert impaired(world.books) == {}
    assert world.books.rows[f"status/{EVENT_PAPER}"]["state"] == "valid"
    assert world.books.rows[f"status/{EVENT_PAPER}"]["event"] == "restored"
    assert world.books.rows["loss/00000172"]["last_impaired"] is None


@given(pieces=st.lists(st.integers(min_value=1, max_value=4_000), min_size=1, max_size=12))
def test_restoring_undoes_impairing_in_whatever_pieces(pieces: list[int]) -> None:
    world = after("state.commit", nth=1)
    loss = overdue(world, 50_000)
    impair_all(world, loss)
    for quantity_kg in pieces:
        world.do(gift(world, loss, quantity_kg))
        assert faults(world.books) == []
    open_kg = 50_000 - 47_318
    left_kg = 47_318 - max(sum(pieces) - open_kg, 0)
    retired = impaired(world.books)
    assert retired[EVENT_PAPER] == left_kg - 5_000
    assert retired[ENTERPRISE_PAPER] == 5_000


def test_more_papers_than_an_order_can_hold_are_refused_with_what_would_fit() -> None:
    world = after("state.commit", nth=1)
    for first in range(210_000, 210_024, 2):
        retire(world, 1, first=first)
    loss = overdue(world, 12)
    impair_all(world, loss)
    refused = refusal(world, gift(world, loss, 12))
    assert refused.code is RefusalCode.TOO_MANY_CERTIFICATES
    assert refused.facts["fitting_kg"] == impairment.RETIREMENTS_MAX
    world.do(gift(world, loss, impairment.RETIREMENTS_MAX))
    world.do(gift(world, loss, 12 - impairment.RETIREMENTS_MAX))
    assert impaired(world.books) == {}
    assert faults(world.books) == []


def a_foreign_account(world: World, step: Step) -> Step:
    body = {**step.body, "account": ENTERPRISE_ID}
    return world.step("loss.replace", body, f"acct/{ENTERPRISE_ID}", [BUYER.key])


def an_account_of_no_holder(world: World, step: Step) -> Step:
    body = {**step.body, "account": VERIFIER_ID}
    return world.step("loss.replace", body, f"acct/{VERIFIER_ID}", [VERIFYING.key])


def a_covered_loss(world: World, step: Step) -> Step:
    world.do(world.changed(step, quantity_kg=69_725))
    return world.changed(step)


PART: Json = {"batch": BATCH, "end": 10, "first": 0}
NOWHERE: Json = {"batch": BATCH[:-2] + "02", "end": 1, "first": 0}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(quantity_kg=...), RefusalCode.QUANTITY_OR_RANGES, id="how-much"),
        pytest.param(
            signed_by(*officers(FARM_CLERK)), RefusalCode.SIGNATURE_MISSING, id="one-of-two"
        ),
        pytest.param(changing(loss="0000ZZZZ"), RefusalCode.LOSS_UNKNOWN, id="no-such-loss"),
        pytest.param(a_foreign_account, RefusalCode.LOSS_NOT_OWN, id="somebody-else"),
        pytest.param(an_account_of_no_holder, RefusalCode.ACCOUNT_TYPE_WRONG, id="no-holder"),
        pytest.param(a_covered_loss, RefusalCode.LOSS_COVERED, id="nothing-owed"),
        pytest.param(
            changing(quantity_kg=69_726), RefusalCode.REPLACEMENT_TOO_LARGE, id="more-than-owed"
        ),
        pytest.param(changing(quantity_kg=10**9), RefusalCode.BALANCE_TOO_LOW, id="not-held"),
        pytest.param(
            changing(quantity_kg=..., ranges=[PART]), RefusalCode.UNITS_NOT_HELD, id="the-buffers"
        ),
        pytest.param(
            changing(quantity_kg=..., ranges=[NOWHERE]), RefusalCode.BATCH_UNKNOWN, id="no-batch"
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("loss.replace", spoil) is code


def test_too_many_pieces_are_refused_with_what_would_fit() -> None:
    world, step = before("loss.replace")
    scatter(world, "BT-F-0002-20180101-20181231-01", 130, FARM_ID)
    refused = refusal(world, world.changed(step, quantity_kg=130))
    assert refused.code is RefusalCode.TOO_MANY_RANGES
    assert refused.facts["fitting_kg"] == 128


def test_a_claim_is_not_completed_on_impaired_units() -> None:
    world, step = before("claim.complete")
    held = Movement(BATCH, 0, 142_275, "buffer/forest", "frozen/0")
    world.books.apply([held], [])
    loss = declare(world, 42_318)
    world.now_us += 300 * 86_400_000_000
    row = world.books.rows[f"loss/{loss}"]
    world.books.rows[f"loss/{loss}"] = {**row, "due_at_us": 0}
    impair_all(world, loss)
    body = world.changed(step)
    refused = refusal(world, body)
    assert refused.code is RefusalCode.RETIRED_TOO_LITTLE
    assert refused.facts["retired_kg"] == 0
