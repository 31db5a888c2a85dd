"""`claim.open`: which events may be announced, once each, and until when they can be covered."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1.claim_open import plain_title
from contracts.values import Json
from tests.support.main_bodies import on_behalf_of
from tests.support.main_steps import (
    AGENT_ID,
    BUYER,
    ENTERPRISE_ID,
    ORGANISER_ID,
    PLANNER,
    WINDOW,
    officers,
)
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    again,
    both,
    changing,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before
from tests.support.unit_bodies import claim_open
from tests.support.world import DAY_US, Step, World


def by_enterprise(world: World, **fields: Json) -> Step:
    body = {**claim_open(ENTERPRISE_ID), **fields}
    return world.step("claim.open", body, f"acct/{ENTERPRISE_ID}", [BUYER.key])


def test_opens_the_claim_and_takes_its_subject_in_both_languages() -> None:
    world, step = before("claim.open")
    claim, *subjects = world.do(step).rows
    assert claim.key == "claim/000000PP"
    assert claim.value["measurement"] is None
    assert claim.value["completion"] is None
    assert (claim.value["retired_kg"], claim.value["retirements"]) == (0, [])
    assert [row.value for row in subjects] == [{"claim": "000000PP"}] * 2
    assert all(row.key.startswith("subject/") for row in subjects)


def test_the_deadline_is_the_same_date_next_year_at_24_hours_in_beijing() -> None:
    world, step = before("claim.open")
    claim = world.do(step).rows[0].value
    assert claim["deadline"] == "2027-10-22"
    midnight_in_beijing = datetime(2027, 10, 22, 16, tzinfo=UTC)
    assert claim["deadline_at_us"] == int(midnight_in_beijing.timestamp()) * 1_000_000


def test_an_agent_opens_a_claim_for_the_organiser() -> None:
    world, step = before("claim.open")
    body = {**step.body, "on_behalf_of": on_behalf_of(ORGANISER_ID)}
    claim = world.do(world.step("claim.open", body, f"acct/{AGENT_ID}", [WINDOW.key])).rows[0]
    assert (claim.value["account"], claim.value["agent"]["account"]) == (ORGANISER_ID, AGENT_ID)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param({"zh": "示例大会2026"}, id="chinese-alone"),
        pytest.param({"en": "Example Event 2026"}, id="english-alone"),
        pytest.param({"zh": "示例大会 （２０２６）"}, id="brackets-and-full-width"),
        pytest.param({"en": "EXAMPLE EVENT — 2026!", "zh": "另一个名字"}, id="capitals-and-marks"),
    ],
)
def test_one_event_has_one_claim_whoever_opens_it_and_however_it_is_written(name: Json) -> None:
    world, step = before("claim.open")
    world.do(step)
    refused = refusal(world, by_enterprise(world, name=name))
    assert refused.code is RefusalCode.CLAIM_SUBJECT_TAKEN
    assert refused.facts == {"claim": "000000PP"}


def test_another_day_is_another_event() -> None:
    world, step = before("claim.open")
    world.do(step)
    world.do(by_enterprise(world, dates={"end": "2026-10-23", "start": "2026-10-20"}))


def test_a_title_keeps_its_letters_only() -> None:
    assert plain_title("零碳论坛（２０２６） · Forum") == "零碳论坛2026forum"


@given(title=st.text())
def test_a_plain_title_is_plain(title: str) -> None:
    assert plain_title(plain_title(title)) == plain_title(title)


KIND_CODES = [
    ("TERRITORY", RefusalCode.CLAIM_TERRITORY),
    ("PARK", RefusalCode.CLAIM_NATIONAL_PROGRAMME),
    ("FACTORY", RefusalCode.CLAIM_NATIONAL_PROGRAMME),
    ("INSTITUTION", RefusalCode.CLAIM_KIND_LATER),
    ("PRODUCT", RefusalCode.CLAIM_KIND_LATER),
    ("PERSON", RefusalCode.CLAIM_KIND_LATER),
    ("BUSINESS", RefusalCode.CLAIM_KIND_LATER),
]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        *(pytest.param(changing(kind=kind), code, id=kind.lower()) for kind, code in KIND_CODES),
        pytest.param(changing(path="new_forest"), RefusalCode.CLAIM_PATH_LATER, id="new-forest"),
        pytest.param(changing(kind="WEDDING"), RefusalCode.CHOICE_UNKNOWN, id="no-such-kind"),
        pytest.param(changing(attendance=0), RefusalCode.FIELD_RANGE, id="nobody-attends"),
        pytest.param(changing(name={}), RefusalCode.FIELD_MISSING, id="without-a-name"),
        pytest.param(
            changing(dates={"end": "2026-10-19", "start": "2026-10-20"}),
            RefusalCode.DATES_REVERSED,
            id="ends-before-it-starts",
        ),
        pytest.param(
            changing(dates={"end": "9999-12-31", "start": "2026-10-20"}),
            RefusalCode.FIELD_RANGE,
            id="the-last-day-of-the-calendar",
        ),
        pytest.param(signed_by(PLANNER.key), RefusalCode.SIGNATURE_MISSING, id="one-of-two"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            both(
                changing(account=ENTERPRISE_ID, on_behalf_of=on_behalf_of(ENTERPRISE_ID)),
                acting_as(f"acct/{AGENT_ID}"),
                signed_by(*officers(WINDOW)),
            ),
            RefusalCode.MANDATE_MISSING,
            id="agent-without-mandate",
        ),
        pytest.param(
            after_row(f"acct/{ORGANISER_ID}", type="verifier"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-holder",
        ),
        pytest.param(again, RefusalCode.CLAIM_SUBJECT_TAKEN, id="twice"),
        pytest.param(
            changing(dates={"end": "2025-10-07", "start": "2025-10-07"}),
            RefusalCode.DEADLINE_PASSED,
            id="over-for-a-year-and-a-day",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("claim.open", spoil) is code


def test_an_event_of_a_year_ago_today_can_still_be_opened_until_midnight() -> None:
    world, step = before("claim.open")
    dates: Json = {"end": "2025-10-08", "start": "2025-10-08"}
    world.fork().do(world.changed(step, dates=dates))
    world.now_us += DAY_US
    assert refusal(world, world.changed(step, dates=dates)).code is RefusalCode.DEADLINE_PASSED
