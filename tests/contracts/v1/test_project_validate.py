"""`project.validate`: an independent and positive attestation, once."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_bodies import VALIDATOR
from tests.support.main_steps import FARM_CLERK, FARM_ID, VALIDATING, VALIDATOR_ID
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    again,
    change_row,
    changing,
    code_of,
    signed_by,
)
from tests.support.scenario import before
from tests.support.world import Step, World

VALIDATOR_ACCOUNT = f"acct/{VALIDATOR_ID}"


def test_records_the_attestation_and_leaves_the_rest_as_it_was() -> None:
    world, step = before("project.validate")
    earlier = world.books.rows["project/0001"]
    (row,) = world.do(step).rows
    assert row.value == {
        **earlier,
        "validation": {
            "account": VALIDATOR_ID,
            "body": VALIDATOR.named(),
            "org": VALIDATOR_ID,
            "report_sha256": step.body["report_sha256"],
            "seq": step.seq,
        },
    }


def a_person_of_the_owner(world: World, step: Step) -> Step:
    shared: Json = [{"person": VALIDATING.id, "roles": ["initiate"]}]
    change_row(world, f"acct/{FARM_ID}", representatives=shared)
    return world.changed(step)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(opinion="qualified"), RefusalCode.CHOICE_UNKNOWN, id="opinion"),
        pytest.param(changing(project="1"), RefusalCode.FIELD_FORMAT, id="short-number"),
        pytest.param(
            changing(project="０００１"), RefusalCode.FIELD_FORMAT, id="full-width-number"
        ),
        pytest.param(signed_by(FARM_CLERK.key), RefusalCode.SIGNATURE_MISSING, id="owner-signs"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="owner-acts"),
        pytest.param(
            after_row(VALIDATOR_ACCOUNT, type="verifier"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-validator",
        ),
        pytest.param(changing(project="0002"), RefusalCode.PROJECT_UNKNOWN, id="no-project"),
        pytest.param(again, RefusalCode.PROJECT_ALREADY_VALIDATED, id="twice"),
        pytest.param(
            after_row(VALIDATOR_ACCOUNT, org=FARM_ID),
            RefusalCode.NOT_INDEPENDENT,
            id="the-owners-organisation",
        ),
        pytest.param(a_person_of_the_owner, RefusalCode.NOT_INDEPENDENT, id="the-owners-person"),
        pytest.param(changing(opinion="negative"), RefusalCode.OPINION_NOT_POSITIVE, id="negative"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("project.validate", spoil) is code
