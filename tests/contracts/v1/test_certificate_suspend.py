"""`certificate.suspend` (暂停): who asks for it, what the row then says, and what is refused."""

import pytest

from contracts.refusal import RefusalCode
from tests.support.life_bodies import standing
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER
from tests.support.main_steps import FARM_ID, ISSUER, REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, refusal, signed_by
from tests.support.scenario import before


def test_a_certificate_that_nothing_ever_happened_to_is_suspended() -> None:
    world, step = before("certificate.suspend")
    assert world.books.row(f"status/{ENTERPRISE_PAPER}") is None
    (row,) = world.do(step).rows
    assert row.key == f"status/{ENTERPRISE_PAPER}"
    event = {"at_us": step.at_us, "event": "suspended", "seq": step.seq}
    assert row.value["history"] == [event]
    assert (row.value["state"], row.value["reason"]) == ("suspended", "complaint")
    assert (row.value["event"], row.value["seq"]) == ("suspended", step.seq)
    assert row.value["evidence_sha256"] == step.body["evidence_sha256"]
    assert row.value["standing_before"] == "valid"


def test_suspending_moves_no_unit() -> None:
    world, step = before("certificate.suspend")
    assert world.do(step).movements == ()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(reason="whim"), RefusalCode.CHOICE_UNKNOWN, id="no-such-reason"),
        pytest.param(changing(evidence_sha256=...), RefusalCode.FIELD_MISSING, id="no-evidence"),
        pytest.param(changing(number="TH-RT-2026-1"), RefusalCode.FIELD_FORMAT, id="no-number"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="a-holder-acts"),
        pytest.param(
            signed_by(*officers(REGISTRAR)), RefusalCode.SIGNATURE_MISSING, id="one-officer"
        ),
        pytest.param(
            signed_by(*officers(REGISTRAR, ISSUER)),
            RefusalCode.SIGNATURE_MISSING,
            id="issuer-for-supervisor",
        ),
        pytest.param(
            signed_by(*officers(REGISTRAR, SUPERVISOR, ISSUER)),
            RefusalCode.SIGNATURE_SURPLUS,
            id="one-signature-too-many",
        ),
        pytest.param(
            changing(number="TH-RT-2026-0000ZZZ-A"),
            RefusalCode.CERTIFICATE_UNKNOWN,
            id="nothing-recorded",
        ),
        pytest.param(again, RefusalCode.CERTIFICATE_STATE_WRONG, id="suspended-already"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("certificate.suspend", spoil) is code


def test_an_expired_certificate_is_not_suspended() -> None:
    world, step = before("certificate.expire")
    world.do(step)
    officer_keys = officers(REGISTRAR, SUPERVISOR)
    body = standing(CLAIM_PAPER, "complaint")
    refused = refusal(world, world.step("certificate.suspend", body, "registrar", officer_keys))
    assert refused.code is RefusalCode.CERTIFICATE_STATE_WRONG
    assert refused.facts["standing"] == "expired"
