"""`certificate.revoke` (撤销): for good, after suspension, by two persons, and no unit moves."""

import pytest

from contracts.refusal import RefusalCode
from tests.support.life_bodies import certificate_correct, correction, standing
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER
from tests.support.main_steps import REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import Spoil, changing, code_of, refusal, signed_by
from tests.support.scenario import before
from tests.support.world import Step, World


def test_a_revoked_certificate_says_why_and_its_units_stay_retired() -> None:
    world, step = before("certificate.revoke")
    outcome = world.do(step)
    (row,) = outcome.rows
    assert outcome.movements == ()
    assert (row.value["state"], row.value["reason"]) == ("revoked", "verification_withdrawn")
    assert any(block.place == "retired/30" for block in world.books.all_blocks())


def asked(world: World, kind: str, number: str) -> Step:
    reasons = {"suspend": "complaint", "reinstate": "no_error", "revoke": "false_statement"}
    body = standing(number, reasons.get(kind, ""))
    if kind == "correct":
        body = certificate_correct(number, correction("beneficiary", "示例企业", "示例公司"))
    keys = officers(REGISTRAR, SUPERVISOR)
    return world.step(f"certificate.{kind}", body, "registrar", keys)


@pytest.mark.parametrize("kind", ["suspend", "reinstate", "revoke", "correct"])
def test_nothing_changes_a_revoked_certificate(kind: str) -> None:
    world, step = before("certificate.revoke")
    world.do(step)
    refused = refusal(world, asked(world, kind, ENTERPRISE_PAPER))
    assert refused.code is RefusalCode.CERTIFICATE_STATE_WRONG
    assert refused.facts["standing"] == "revoked"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(reason="complaint"), RefusalCode.CHOICE_UNKNOWN, id="no-such-reason"),
        pytest.param(
            signed_by(SUPERVISOR.key), RefusalCode.SIGNATURE_MISSING, id="one-officer-alone"
        ),
        pytest.param(
            changing(number="TH-RT-2026-0000ZZZ-A"),
            RefusalCode.CERTIFICATE_UNKNOWN,
            id="nothing-recorded",
        ),
        pytest.param(
            changing(number=CLAIM_PAPER), RefusalCode.CERTIFICATE_STATE_WRONG, id="not-suspended"
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("certificate.revoke", spoil) is code
