"""`units.cancel` (核减作废): what is taken away, by whose signatures, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.values import Json, Movement
from tests.support.main_steps import (
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    ISSUER,
    ORGANISER_ID,
    REGISTRAR,
    SUPERVISOR,
    VERIFIER_ID,
    VERIFYING,
    officers,
)
from tests.support.refusing import (
    Spoil,
    acting_as,
    both,
    changing,
    code_of,
    refusal,
    scatter,
    signed_by,
)
from tests.support.scenario import before
from tests.support.unit_bodies import BATCH
from tests.support.world import Step, World


def from_account(world: World, account: str, quantity_kg: int) -> Step:
    _, step = before("units.cancel")
    body = {**step.body, "account": account, "quantity_kg": quantity_kg, "reason": "correction"}
    del body["pool"]
    keys = officers(FARM_CLERK, FARM_HEAD, SUPERVISOR)
    return world.step("units.cancel", body, f"acct/{account}", keys)


def test_a_loss_takes_the_buffers_oldest_units_as_in_the_worked_example() -> None:
    world, step = before("units.cancel")
    outcome = world.do(step)
    assert outcome.movements == (
        Movement(BATCH, 0, 12_000, "buffer/forest", f"cancelled/{step.seq}"),
    )
    (row,) = outcome.rows
    assert row.key == "cancel/000000XX"
    assert row.value["from"] == "buffer/forest"
    assert (row.value["quantity_kg"], row.value["reason"]) == (12_000, "loss")
    assert row.value["cancelled_seq"] == step.seq


def test_a_holder_gives_up_units_with_a_supervisor() -> None:
    world, _ = before("units.cancel")
    (movement,) = world.do(from_account(world, FARM_ID, 5)).movements
    assert movement.source == f"acct/{FARM_ID}"


@given(quantity_kg=st.integers(min_value=1, max_value=142_275))
def test_cancelled_units_are_gone_for_good(quantity_kg: int) -> None:
    world, step = before("units.cancel")
    (movement,) = world.do(world.changed(step, quantity_kg=quantity_kg)).movements
    part: Json = {"batch": BATCH, "end": movement.end, "first": movement.first}
    refused = refusal(world, world.changed(step, quantity_kg=..., ranges=[part]))
    assert refused.code is RefusalCode.UNITS_NOT_HELD


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(pool=...), RefusalCode.FIELD_MISSING, id="from-nowhere"),
        pytest.param(changing(account=FARM_ID), RefusalCode.FIELD_MISSING, id="from-two-places"),
        pytest.param(changing(pool="desert"), RefusalCode.CHOICE_UNKNOWN, id="no-such-pool"),
        pytest.param(changing(reason="whim"), RefusalCode.CHOICE_UNKNOWN, id="no-such-reason"),
        pytest.param(changing(evidence_sha256=...), RefusalCode.FIELD_MISSING, id="no-evidence"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="a-holder-acts"),
        pytest.param(
            signed_by(*officers(ISSUER, REGISTRAR)),
            RefusalCode.SIGNATURE_MISSING,
            id="registrar-for-supervisor",
        ),
        pytest.param(
            signed_by(*officers(ISSUER, SUPERVISOR, REGISTRAR)),
            RefusalCode.SIGNATURE_SURPLUS,
            id="one-signature-too-many",
        ),
        pytest.param(
            changing(quantity_kg=142_276), RefusalCode.BALANCE_TOO_LOW, id="more-than-the-buffer"
        ),
        pytest.param(changing(pool="wetland"), RefusalCode.BALANCE_TOO_LOW, id="empty-pool"),
        pytest.param(
            changing(quantity_kg=..., ranges=[{"batch": BATCH[:-2] + "02", "end": 1, "first": 0}]),
            RefusalCode.BATCH_UNKNOWN,
            id="unknown-batch",
        ),
        pytest.param(
            changing(quantity_kg=..., ranges=[{"batch": BATCH, "end": 142_276, "first": 142_270}]),
            RefusalCode.UNITS_NOT_HELD,
            id="units-of-a-holder",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("units.cancel", spoil) is code


def test_a_holder_alone_cannot_cancel() -> None:
    world, _ = before("units.cancel")
    step = signed_by(*officers(FARM_CLERK, FARM_HEAD))(world, from_account(world, FARM_ID, 5))
    assert refusal(world, step).code is RefusalCode.SIGNATURE_MISSING


def test_only_an_account_that_can_hold_units_gives_them_up() -> None:
    world, _ = before("units.cancel")
    step = from_account(world, VERIFIER_ID, 5)
    step = signed_by(*officers(VERIFYING, SUPERVISOR))(world, step)
    assert refusal(world, step).code is RefusalCode.ACCOUNT_TYPE_WRONG


def test_an_unknown_account_has_nobody_to_sign() -> None:
    world, _ = before("units.cancel")
    step = both(acting_as("acct/0000ZZZZ"))(world, from_account(world, "0000ZZZZ", 5))
    assert refusal(world, step).code is RefusalCode.SIGNATURE_MISSING


def test_too_many_pieces_are_refused_with_what_would_fit() -> None:
    world, _ = before("units.cancel")
    scatter(world, "BT-F-0002-20180101-20181231-01", 130, FARM_ID)
    refused = refusal(world, from_account(world, FARM_ID, 130))
    assert refused.code is RefusalCode.TOO_MANY_RANGES
    assert refused.facts["fitting_kg"] == 128
    assert ORGANISER_ID not in str(refused)
