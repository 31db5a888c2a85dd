"""`certificate.expire` (届满): the display right of a claim's paper ends, on a day written once."""

from datetime import date

import pytest

from contracts.dates import end_of_day_us
from contracts.refusal import RefusalCode
from tests.support.life_bodies import standing
from tests.support.life_steps import CLAIM_PAPER, EVENT_PAPER
from tests.support.main_steps import REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, refusal, signed_by
from tests.support.scenario import after, before
from tests.support.world import Step, World


def test_an_events_paper_may_be_displayed_three_years_from_its_declaration() -> None:
    completion = after("claim.complete").books.rows["claim/000000PP"]["completion"]
    assert isinstance(completion, dict)
    assert completion["display_until"] == "2029-10-26"
    assert completion["display_until_at_us"] == end_of_day_us(date(2029, 10, 26))


def test_the_first_moment_after_the_last_day_ends_it_and_none_before() -> None:
    world, step = before("certificate.expire")
    world.now_us = end_of_day_us(date(2029, 10, 26)) - 1
    refused = refusal(world, world.changed(step))
    assert refused.code is RefusalCode.CERTIFICATE_NOT_DUE
    assert refused.facts["display_until"] == "2029-10-26"
    world.now_us += 1
    (row,) = world.do(world.changed(step)).rows
    assert (row.value["standing"], row.value["by_standing"]) == (
        "expired",
        {
            "at_us": world.now_us - 60_000_000,
            "event": "expired",
            "evidence_sha256": None,
            "reason": "display_right_ended",
            "seq": step.seq,
        },
    )


def suspended(world: World, step: Step) -> Step:
    body = standing(CLAIM_PAPER, "complaint")
    keys = officers(REGISTRAR, SUPERVISOR)
    world.do(world.step("certificate.suspend", body, "registrar", keys))
    return world.changed(step)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(reason="old"), RefusalCode.FIELD_UNKNOWN, id="a-reason"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="officers-act"),
        pytest.param(
            signed_by(*officers(REGISTRAR)), RefusalCode.SIGNATURE_MISSING, id="an-officer-signs"
        ),
        pytest.param(
            changing(number="TH-CL-2026-0000ZZZ-A"),
            RefusalCode.CERTIFICATE_UNKNOWN,
            id="nothing-recorded",
        ),
        pytest.param(
            changing(number=EVENT_PAPER), RefusalCode.CERTIFICATE_UNLIMITED, id="a-retirement"
        ),
        pytest.param(again, RefusalCode.CERTIFICATE_STATE_WRONG, id="expired-already"),
        pytest.param(suspended, RefusalCode.CERTIFICATE_STATE_WRONG, id="suspended"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("certificate.expire", spoil) is code
