"""`report.verify`: independent, never more than reported, once for every day."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_bodies import VERIFIER
from tests.support.main_steps import (
    FARM_CLERK,
    FARM_ID,
    VALIDATING,
    VALIDATOR_ID,
    VERIFIER_ID,
    VERIFYING,
)
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    again,
    change_row,
    changing,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before
from tests.support.world import DAY_US, Step, World

REPORT = "report/000000HH"
VERIFIER_ACCOUNT = f"acct/{VERIFIER_ID}"


def test_records_the_attestation_and_closes_the_period() -> None:
    world, step = before("report.verify")
    project, report = world.do(step).rows
    assert report.value["verification"] == {
        "account": VERIFIER_ID,
        "body": VERIFIER.named(),
        "opinion": "qualified",
        "org": VERIFIER_ID,
        "seq": step.seq,
        "statement_sha256": step.body["statement_sha256"],
        "verified_kg": 948_500,
    }
    assert (project.key, project.value["last_period_end"]) == ("project/0001", "2026-08-31")


def test_of_two_reports_for_the_same_time_only_one_is_verified() -> None:
    world, step = before("report.verify")
    world.do(before("report.submit")[1])
    world.do(step)
    refused = refusal(world, world.changed(step, report="000000JJ"))
    assert refused.code is RefusalCode.MONITORING_PERIOD_WRONG
    assert refused.facts == {
        "expected_start": "2026-09-01",
        "last_period_end": "2026-08-31",
    }


def test_a_report_cannot_be_verified_over_days_that_nobody_reported() -> None:
    world, step = before("report.verify")
    change_row(world, "project/0001", last_period_end="2021-12-30")
    refused = refusal(world, world.changed(step))
    assert refused.code is RefusalCode.MONITORING_PERIOD_WRONG
    assert refused.facts["expected_start"] == "2021-12-31"
    change_row(world, "project/0001", last_period_end="2021-12-31")
    world.do(world.changed(step))


def test_days_that_grew_too_old_while_the_verifier_worked_may_be_missing() -> None:
    world, step = before("report.verify")
    change_row(world, "project/0001", last_period_end="2021-10-08")
    assert refusal(world, world.changed(step)).code is RefusalCode.MONITORING_PERIOD_WRONG
    world.now_us += 85 * DAY_US  # 1 January 2027: no report can reach 2021 any more
    world.do(world.changed(step))


def sharing_a_person_with(account: str) -> Spoil:
    def spoil(world: World, step: Step) -> Step:
        known = world.books.rows[f"acct/{account}"]["representatives"]
        assert isinstance(known, list)
        shared: Json = [*known, {"person": VERIFYING.id, "roles": ["read"]}]
        change_row(world, f"acct/{account}", representatives=shared)
        return world.changed(step)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(opinion="good"), RefusalCode.CHOICE_UNKNOWN, id="no-such-opinion"),
        pytest.param(changing(verified_kg=-1), RefusalCode.FIELD_RANGE, id="negative"),
        pytest.param(signed_by(FARM_CLERK.key), RefusalCode.SIGNATURE_MISSING, id="owner-signs"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="owner-acts"),
        pytest.param(
            after_row(VERIFIER_ACCOUNT, type="validator"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-verifier",
        ),
        pytest.param(changing(report="0000ZZZZ"), RefusalCode.REPORT_UNKNOWN, id="no-report"),
        pytest.param(again, RefusalCode.REPORT_ALREADY_VERIFIED, id="twice"),
        pytest.param(
            changing(verified_kg=950_001),
            RefusalCode.VERIFIED_MORE_THAN_REPORTED,
            id="one-kilogram-too-many",
        ),
        pytest.param(changing(verified_kg=0), RefusalCode.NOTHING_TO_ISSUE, id="nothing"),
        pytest.param(
            after_row(REPORT, net_kg=-5), RefusalCode.VERIFIED_MORE_THAN_REPORTED, id="a-loss"
        ),
        pytest.param(
            after_row(VERIFIER_ACCOUNT, org=FARM_ID),
            RefusalCode.NOT_INDEPENDENT,
            id="the-owners-organisation",
        ),
        pytest.param(
            after_row(VERIFIER_ACCOUNT, org=VALIDATOR_ID),
            RefusalCode.NOT_INDEPENDENT,
            id="the-validators-organisation",
        ),
        pytest.param(
            sharing_a_person_with(FARM_ID), RefusalCode.NOT_INDEPENDENT, id="the-owners-person"
        ),
        pytest.param(
            sharing_a_person_with(VALIDATOR_ID),
            RefusalCode.NOT_INDEPENDENT,
            id="the-validators-person",
        ),
        pytest.param(
            changing(opinion="negative"), RefusalCode.OPINION_NOT_POSITIVE, id="negative-opinion"
        ),
        pytest.param(
            after_row("project/0001", last_period_end="2022-01-01"),
            RefusalCode.MONITORING_PERIOD_WRONG,
            id="the-first-day-counted-already",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("report.verify", spoil) is code


def test_a_validator_cannot_verify_with_its_own_account() -> None:
    world, step = before("report.verify")
    body = {**step.body, "account": VALIDATOR_ID}
    asked = world.step("report.verify", body, f"acct/{VALIDATOR_ID}", [VALIDATING.key])
    assert refusal(world, asked).code is RefusalCode.ACCOUNT_TYPE_WRONG
