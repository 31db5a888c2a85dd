"""`anchor.record`: a token stands once, over a checkpoint that the log has reached."""

import pytest

from contracts.refusal import RefusalCode
from tests.support.main_steps import ANCHOR_SERVICE, REGISTRAR, STATE_SERVICE
from tests.support.people import hex_digest
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, signed_by
from tests.support.scenario import before


def test_records_who_dated_what() -> None:
    world, step = before("anchor.record")
    (row,) = world.do(step).rows
    digest = str(step.body["sha256"])
    assert row.key == f"anchor/rfc3161/00000000000000{step.seq}/{digest[:16]}"
    assert row.value == {**step.body, "seq": step.seq}


def test_a_second_authority_dates_the_same_checkpoint() -> None:
    world, step = before("anchor.record")
    world.do(step)
    other = world.changed(step, sha256=hex_digest("token of another authority"))
    assert world.do(other).rows[0].value["size"] == step.body["size"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(form="newspaper"), RefusalCode.CHOICE_UNKNOWN, id="form"),
        pytest.param(changing(size=0), RefusalCode.FIELD_RANGE, id="empty-log"),
        pytest.param(changing(root="00"), RefusalCode.FIELD_FORMAT, id="root"),
        pytest.param(changing(authority=" "), RefusalCode.FIELD_FORMAT, id="nobody"),
        pytest.param(changing(gen_time_us="now"), RefusalCode.FIELD_TYPE, id="time-as-text"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            signed_by(STATE_SERVICE), RefusalCode.SIGNATURE_MISSING, id="other-service-signs"
        ),
        pytest.param(
            signed_by(ANCHOR_SERVICE, REGISTRAR.key),
            RefusalCode.SIGNATURE_SURPLUS,
            id="an-officer-too",
        ),
        pytest.param(changing(size=34), RefusalCode.ANCHOR_BEYOND_LOG, id="beyond-the-log"),
        pytest.param(again, RefusalCode.ANCHOR_ALREADY_RECORDED, id="twice"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("anchor.record", spoil) is code
