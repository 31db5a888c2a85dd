"""`account.keys`: representatives, revocation, mandates, and who must agree."""

from dataclasses import replace

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_bodies import mandate, on_behalf_of
from tests.support.main_steps import (
    AGENT_ID,
    BUYER,
    ENTERPRISE_ID,
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    ORGANISER_ID,
    REGISTRAR,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
    officers,
)
from tests.support.people import Key, Person, hex_digest, key, person
from tests.support.refusing import Spoil, acting_as, changing, code_of, refusal, signed_by
from tests.support.scenario import after, before
from tests.support.unit_bodies import units_transfer
from tests.support.world import Step, World

NEWCOMER, SECOND = person("newcomer"), key("second key")
FARM, ENTERPRISE = f"acct/{FARM_ID}", f"acct/{ENTERPRISE_ID}"


def adding(world: World, account: str, who: Person, *roles: str, keys: list[Key]) -> Step:
    body: dict[str, Json] = {
        "account": account,
        "action": "add",
        "representative": who.listed(*roles),
    }
    return world.step("account.keys", body, f"acct/{account}", keys)


def with_key(who: Person, other: Key) -> Person:
    return replace(who, key=other)


def asking(world: World, action: str, account: str, *keys: Key, **fields: Json) -> Step:
    body: dict[str, Json] = {"account": account, "action": action, **fields}
    return world.step("account.keys", body, f"acct/{account}", keys)


def transfer(world: World, *keys: Key) -> Step:
    body = units_transfer(FARM_ID, ENTERPRISE_ID, 1)
    return world.step("units.transfer", body, FARM, keys)


def test_a_new_representative_signs_from_then_on() -> None:
    world = after("batch.issue")
    keys = officers(FARM_HEAD, REGISTRAR, NEWCOMER)
    rows = {
        row.key: row.value
        for row in world.do(adding(world, FARM_ID, NEWCOMER, "initiate", keys=keys)).rows
    }
    assert rows[FARM]["representatives"][-1] == {"person": NEWCOMER.id, "roles": ["initiate"]}
    world.do(transfer(world, *officers(NEWCOMER, FARM_HEAD)))


def test_where_nobody_approves_who_initiates_adds() -> None:
    world = after("batch.issue")
    keys = officers(BUYER, REGISTRAR, NEWCOMER)
    world.do(adding(world, ENTERPRISE_ID, NEWCOMER, "approve", keys=keys))


def test_an_approver_and_an_officer_cannot_make_a_key_for_the_initiator() -> None:
    """Else dual control would be one person with two keys."""
    world = after("batch.issue")
    minted = with_key(FARM_CLERK, SECOND)
    keys = [*officers(FARM_HEAD, REGISTRAR), SECOND]
    asked = adding(world, FARM_ID, minted, "initiate", keys=keys)
    assert refusal(world, asked).code is RefusalCode.SIGNATURE_MISSING
    world.do(replace(asked, keys=(*keys, FARM_CLERK.key)))


def test_an_approver_adds_a_second_key_of_their_own() -> None:
    world = after("batch.issue")
    keys = [*officers(FARM_HEAD, REGISTRAR), SECOND]
    world.do(adding(world, FARM_ID, with_key(FARM_HEAD, SECOND), "approve", keys=keys))
    world.do(transfer(world, FARM_CLERK.key, SECOND))
    one_person = transfer(world, FARM_HEAD.key, SECOND)
    assert refusal(world, one_person).code is RefusalCode.SIGNATURE_MISSING


def test_an_account_never_loses_the_last_one_who_can_sign() -> None:
    world = after("batch.issue")
    keys = [*officers(FARM_HEAD, REGISTRAR), SECOND]
    asked = adding(world, FARM_ID, with_key(FARM_HEAD, SECOND), "read", keys=keys)
    assert refusal(world, asked).code is RefusalCode.REPRESENTATIVES_TOO_FEW


def test_revocation_takes_effect_at_once() -> None:
    world = after("batch.issue")
    revoking = asking(world, "revoke", FARM_ID, FARM_HEAD.key, key=FARM_CLERK.key.public)
    world.do(revoking)
    refused = refusal(world, transfer(world, *officers(FARM_CLERK, FARM_HEAD)))
    assert refused.code is RefusalCode.KEY_NOT_VALID


def test_two_officers_may_revoke_a_key() -> None:
    world = after("batch.issue")
    revoking = asking(world, "revoke", FARM_ID, key=FARM_CLERK.key.public)
    officer_keys = officers(REGISTRAR, SUPERVISOR)
    world.do(both_act(world, revoking, *officer_keys))


def both_act(world: World, step: Step, *keys: Key) -> Step:
    return world.step("account.keys", step.body, "registrar", keys)


def test_a_key_revoked_twice_keeps_its_first_end() -> None:
    world = after("batch.issue")
    revoking = asking(world, "revoke", FARM_ID, FARM_HEAD.key, key=FARM_CLERK.key.public)
    ended_us = world.now_us
    world.do(revoking)
    world.do(world.changed(revoking))
    assert world.books.rows[f"key/{FARM_CLERK.key.public}"]["valid_until_us"] == ended_us


def test_a_mandate_ends_when_its_account_ends_it() -> None:
    world = after("units.transfer")
    world.do(asking(world, "end", ORGANISER_ID, REVIEWER.key, agent=AGENT_ID))
    body = {
        **units_transfer(ORGANISER_ID, ENTERPRISE_ID, 1),
        "on_behalf_of": on_behalf_of(ORGANISER_ID),
    }
    asked = world.step("units.transfer", body, f"acct/{AGENT_ID}", [WINDOW.key])
    assert refusal(world, asked).code is RefusalCode.MANDATE_MISSING
    ended = asking(world, "end", ORGANISER_ID, REVIEWER.key, agent=AGENT_ID)
    assert refusal(world, ended).code is RefusalCode.MANDATE_UNKNOWN


def test_a_mandate_is_written_into_the_account() -> None:
    world, step = before("account.keys")
    (row,) = world.do(step).rows
    assert row.value["mandates"] == {
        AGENT_ID: {
            "kinds": ["claim.measure", "claim.open", "units.retire", "units.transfer"],
            "mandate_sha256": hex_digest("mandate"),
            "until": "2027-12-31",
        }
    }


def test_a_mandate_lasts_until_the_end_of_its_last_day() -> None:
    world = after("units.transfer")
    given = {**mandate(ORGANISER_ID, AGENT_ID), "until": "2026-10-08"}
    keys = officers(REVIEWER, REGISTRAR)
    world.do(world.step("account.keys", given, f"acct/{ORGANISER_ID}", keys))
    body = {
        **units_transfer(ORGANISER_ID, ENTERPRISE_ID, 1),
        "on_behalf_of": on_behalf_of(ORGANISER_ID),
    }
    asked = world.step("units.transfer", body, f"acct/{AGENT_ID}", [WINDOW.key])
    midnight_us = 1_791_475_200_000_000
    world.now_us = midnight_us - 1
    world.fork().do(asked)
    world.now_us = midnight_us
    assert refusal(world, asked).code is RefusalCode.MANDATE_MISSING


def added(who: Person, *roles: str) -> Spoil:
    def spoil(world: World, step: Step) -> Step:
        keys = [*officers(REVIEWER, REGISTRAR), who.key]
        return adding(world, ORGANISER_ID, who, *roles, keys=keys)

    return spoil


def revoking(public: str) -> Spoil:
    return lambda world, step: asking(world, "revoke", ORGANISER_ID, REVIEWER.key, key=public)


def officer_added(world: World, step: Step) -> Step:
    who = with_key(SUPERVISOR, SECOND)
    keys = [*officers(REVIEWER, REGISTRAR, SUPERVISOR), SECOND]
    return adding(world, ORGANISER_ID, who, "initiate", keys=keys)


def other_commitment(world: World, step: Step) -> Step:
    who = with_key(BUYER, SECOND)
    asked = adding(
        world, ORGANISER_ID, who, "read", keys=[*officers(REVIEWER, REGISTRAR, BUYER), SECOND]
    )
    listed = {**who.listed("read"), "commitment": "ab" * 32}
    return world.changed(asked, representative=listed)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(action="sell"), RefusalCode.CHOICE_UNKNOWN, id="no-such-action"),
        pytest.param(changing(kinds=["batch.issue"]), RefusalCode.CHOICE_UNKNOWN, id="kind"),
        pytest.param(changing(key="ab" * 32), RefusalCode.FIELD_UNKNOWN, id="field-of-another"),
        pytest.param(changing(until="31.12.2027"), RefusalCode.FIELD_FORMAT, id="german-date"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-mandates"),
        pytest.param(signed_by(REVIEWER.key), RefusalCode.SIGNATURE_MISSING, id="no-officer"),
        pytest.param(changing(agent="0000ZZZZ"), RefusalCode.ACCOUNT_UNKNOWN, id="no-such-agent"),
        pytest.param(
            changing(agent=ENTERPRISE_ID), RefusalCode.ACCOUNT_TYPE_WRONG, id="holder-as-agent"
        ),
        pytest.param(revoking("ab" * 32), RefusalCode.KEY_UNKNOWN, id="unknown-key"),
        pytest.param(revoking(BUYER.key.public), RefusalCode.KEY_UNKNOWN, id="somebody-elses-key"),
        pytest.param(
            added(with_key(NEWCOMER, REVIEWER.key), "read"),
            RefusalCode.SIGNATURE_MISSING,
            id="one-signature-for-two-needs",
        ),
        pytest.param(
            added(with_key(NEWCOMER, WINDOW.key), "read"),
            RefusalCode.KEY_ALREADY_USED,
            id="a-key-of-somebody-else",
        ),
        pytest.param(officer_added, RefusalCode.OFFICER_IN_HOLDER_ACCOUNT, id="an-officer"),
        pytest.param(other_commitment, RefusalCode.PERSON_CONFLICT, id="other-commitment"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("account.keys", spoil) is code
