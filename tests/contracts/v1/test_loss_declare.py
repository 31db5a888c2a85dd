"""`loss.declare` (损失): the buffer first, then the owner's duty with a date written once."""

from datetime import date

import pytest

from contracts.dates import end_of_day_us
from contracts.refusal import RefusalCode
from contracts.values import ISSUE, Movement
from tests.support.main_steps import FARM_ID, ISSUER, REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import Spoil, acting_as, changing, code_of, refusal, signed_by
from tests.support.scenario import before
from tests.support.unit_bodies import BATCH
from tests.support.world import World


def test_the_buffer_is_used_up_first_as_in_the_worked_example() -> None:
    world, step = before("loss.declare")
    outcome = world.do(step)
    assert outcome.movements == (
        Movement(BATCH, 12_000, 142_275, "buffer/forest", f"cancelled/{step.seq}"),
    )
    loss, losses = outcome.rows
    assert (loss.key, losses.key) == ("loss/00000172", "losses/0001")
    assert (loss.value["buffer_kg"], loss.value["owed_kg"]) == (130_275, 69_725)
    assert (loss.value["due"], loss.value["account"]) == ("2027-10-26", FARM_ID)
    assert loss.value["due_at_us"] == end_of_day_us(date(2027, 10, 26))
    assert losses.value == {"declared_kg": 200_000}


def test_a_loss_that_the_buffer_covers_leaves_nothing_owed() -> None:
    world, step = before("loss.declare")
    outcome = world.do(world.changed(step, quantity_kg=130_275))
    assert sum(movement.quantity_kg for movement in outcome.movements) == 130_275
    assert outcome.rows[0].value["owed_kg"] == 0


def test_with_an_empty_buffer_everything_is_owed() -> None:
    world, step = before("loss.declare")
    world.do(step)
    outcome = world.do(world.changed(step, quantity_kg=7))
    assert outcome.movements == ()
    assert outcome.rows[0].value["owed_kg"] == 7
    assert outcome.rows[1].value == {"declared_kg": 200_007}


def test_parcels_of_the_project_can_be_named() -> None:
    world, step = before("loss.declare")
    parcels = world.books.rows["project/0001"]["parcels"]
    assert isinstance(parcels, list)
    outcome = world.do(world.changed(step, parcels=[parcels[0]]))
    assert outcome.rows[0].value["parcels"] == [parcels[0]]


def splinter_buffer(world: World, pieces: int) -> None:
    """Leave nothing in the buffer but single units that do not touch, and older than the rest."""
    batch = "BT-F-0002-20180101-20181231-01"
    moves = [Movement(batch, 0, 2 * pieces, ISSUE, "buffer/forest")]
    moves += [
        Movement(batch, 2 * piece + 1, 2 * piece + 2, "buffer/forest", "frozen/0")
        for piece in range(pieces)
    ]
    for move in moves:
        world.books.apply([move], [])


def test_a_buffer_in_too_many_pieces_is_refused_with_what_would_fit() -> None:
    world, step = before("loss.declare")
    splinter_buffer(world, 130)
    refused = refusal(world, world.changed(step, quantity_kg=130))
    assert refused.code is RefusalCode.TOO_MANY_RANGES
    assert refused.facts["fitting_kg"] == 128
    world.do(world.changed(step, quantity_kg=128))
    rest = world.do(world.changed(step, quantity_kg=2))
    assert rest.rows[0].value["owed_kg"] == 0


def test_all_losses_of_a_project_are_at_most_what_it_issued() -> None:
    world, step = before("loss.declare")
    world.do(step)
    refused = refusal(world, world.changed(step, quantity_kg=748_501))
    assert refused.code is RefusalCode.LOSS_TOO_LARGE
    assert refused.facts == {
        "declared_kg": 200_000,
        "issued_kg": 948_500,
        "quantity_kg": 748_501,
    }
    world.do(world.changed(step, quantity_kg=748_500))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(cause="theft"), RefusalCode.CHOICE_UNKNOWN, id="no-such-cause"),
        pytest.param(changing(quantity_kg=0), RefusalCode.FIELD_RANGE, id="nothing-lost"),
        pytest.param(changing(evidence_sha256=...), RefusalCode.FIELD_MISSING, id="no-evidence"),
        pytest.param(changing(parcels=[]), RefusalCode.TOO_MANY_ITEMS, id="no-parcel"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="the-owner-acts"),
        pytest.param(signed_by(ISSUER.key), RefusalCode.SIGNATURE_MISSING, id="one-officer"),
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
        pytest.param(changing(project="0009"), RefusalCode.PROJECT_UNKNOWN, id="no-such-project"),
        pytest.param(
            changing(parcels=["000000DD"]), RefusalCode.PARCEL_NOT_IN_PROJECT, id="foreign-parcel"
        ),
        pytest.param(
            changing(quantity_kg=948_501), RefusalCode.LOSS_TOO_LARGE, id="more-than-issued"
        ),
        pytest.param(
            changing(happened_on="2026-10-27"), RefusalCode.LOSS_DATE_WRONG, id="tomorrow"
        ),
        pytest.param(
            changing(happened_on="2000-01-01"), RefusalCode.LOSS_DATE_WRONG, id="before-crediting"
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("loss.declare", spoil) is code
