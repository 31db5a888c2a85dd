"""`certificate.reinstate` (恢复): back to where it stood, and only from suspension."""

import pytest

from contracts.refusal import RefusalCode
from tests.support.life_bodies import standing
from tests.support.life_steps import CLAIM_PAPER
from tests.support.main_steps import REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import Spoil, again, changing, code_of, signed_by
from tests.support.scenario import before


def test_a_suspended_certificate_is_valid_again_and_tells_both() -> None:
    world, step = before("certificate.reinstate")
    (row,) = world.do(step).rows
    assert (row.value["state"], row.value["event"]) == ("valid", "reinstated")
    history = row.value["history"]
    assert isinstance(history, list)
    assert [item["event"] for item in history if isinstance(item, dict)] == [
        "suspended",
        "reinstated",
    ]


def test_a_superseded_certificate_is_superseded_again_not_valid() -> None:
    world, _ = before("certificate.reinstate")
    for what, reason in (("suspend", "suspected_error"), ("reinstate", "no_error")):
        body = standing(CLAIM_PAPER, reason)
        keys = officers(REGISTRAR, SUPERVISOR)
        world.do(world.step(f"certificate.{what}", body, "registrar", keys))
    assert world.books.rows[f"status/{CLAIM_PAPER}"]["state"] == "superseded"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(reason="complaint"), RefusalCode.CHOICE_UNKNOWN, id="no-such-reason"),
        pytest.param(
            signed_by(*officers(SUPERVISOR)), RefusalCode.SIGNATURE_MISSING, id="one-officer"
        ),
        pytest.param(
            changing(number="TH-RT-2026-0000ZZZ-A"),
            RefusalCode.CERTIFICATE_UNKNOWN,
            id="nothing-recorded",
        ),
        pytest.param(again, RefusalCode.CERTIFICATE_STATE_WRONG, id="reinstated-already"),
        pytest.param(
            changing(number=CLAIM_PAPER), RefusalCode.CERTIFICATE_STATE_WRONG, id="never-suspended"
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("certificate.reinstate", spoil) is code
