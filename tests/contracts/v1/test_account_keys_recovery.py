"""`account.keys`: a lost key is replaced by two officers, in public, after seven days."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_steps import (
    BUYER,
    ENTERPRISE_ID,
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    REGISTRAR,
    SUPERVISOR,
    officers,
)
from tests.support.people import Key, Person, key
from tests.support.refusing import refusal
from tests.support.scenario import after
from tests.support.unit_bodies import units_transfer
from tests.support.world import DAY_US, Step, World

OLD, NEW = FARM_CLERK.key, key("recovered key")
DELAY_US = 7 * DAY_US


def recovering(world: World, new: Key = NEW, lost: Key = OLD, **fields: Json) -> Step:
    body: dict[str, Json] = {
        "account": FARM_ID,
        "action": "recover",
        "alg": new.alg,
        "key": new.public,
        "lost_key": lost.public,
        "person": FARM_CLERK.id,
        **fields,
    }
    keys = [*officers(REGISTRAR, SUPERVISOR), new]
    return world.step("account.keys", body, "registrar", keys)


def objecting(world: World, *keys: Key, new: Key = NEW, account: str = FARM_ID) -> Step:
    body: dict[str, Json] = {"account": account, "action": "object", "key": new.public}
    return world.step("account.keys", body, f"acct/{account}", keys)


def revoking(world: World, which: Key) -> Step:
    body: dict[str, Json] = {"account": FARM_ID, "action": "revoke", "key": which.public}
    return world.step("account.keys", body, f"acct/{FARM_ID}", [FARM_HEAD.key])


def signing(world: World, which: Key) -> Step:
    body = units_transfer(FARM_ID, ENTERPRISE_ID, 1)
    return world.step("units.transfer", body, f"acct/{FARM_ID}", [which, FARM_HEAD.key])


def ends_us(world: World, which: Key) -> Json:
    return world.books.rows[f"key/{which.public}"]["valid_until_us"]


def test_the_new_key_takes_over_after_seven_days_to_the_microsecond() -> None:
    world = after("batch.issue")
    due_us = world.now_us + DELAY_US
    world.do(recovering(world))
    for at_us, works, fails in ((due_us - 1, OLD, NEW), (due_us, NEW, OLD)):
        world.now_us = at_us
        assert refusal(world.fork(), signing(world, fails)).code is RefusalCode.KEY_NOT_VALID
        world.fork().do(signing(world, works))


@pytest.mark.parametrize(
    "who",
    [pytest.param(FARM_CLERK, id="whose-key-it-is"), pytest.param(FARM_HEAD, id="an-approver")],
)
def test_any_representative_may_object_while_it_is_under_way(who: Person) -> None:
    world = after("batch.issue")
    world.do(recovering(world))
    world.now_us += 3 * DAY_US
    world.do(objecting(world, who.key))
    world.now_us += DELAY_US
    assert refusal(world, signing(world, NEW)).code is RefusalCode.KEY_NOT_VALID
    world.do(signing(world, OLD))


def test_nobody_else_may_object() -> None:
    world = after("batch.issue")
    world.do(recovering(world))
    asked = objecting(world, BUYER.key, account=ENTERPRISE_ID)
    assert refusal(world, asked).code is RefusalCode.KEY_UNKNOWN
    assert refusal(world, objecting(world, BUYER.key)).code is RefusalCode.SIGNATURE_MISSING


def test_an_objection_comes_once_and_in_time() -> None:
    world = after("batch.issue")
    assert refusal(world, objecting(world, OLD, new=OLD)).code is RefusalCode.RECOVERY_NOT_OPEN
    world.do(recovering(world))
    late = world.fork()
    late.now_us += DELAY_US
    asked = objecting(late, FARM_HEAD.key)
    assert refusal(late, asked).code is RefusalCode.RECOVERY_NOT_OPEN
    world.do(objecting(world, FARM_HEAD.key))
    again = objecting(world, FARM_HEAD.key)
    assert refusal(world, again).code is RefusalCode.RECOVERY_NOT_OPEN


def test_recovery_does_not_give_a_revoked_key_more_time() -> None:
    world = after("batch.issue")
    world.do(revoking(world, OLD))
    ended_us = ends_us(world, OLD)
    world.do(recovering(world))
    assert ends_us(world, OLD) == ended_us
    assert refusal(world, signing(world, OLD)).code is RefusalCode.KEY_NOT_VALID
    world.do(objecting(world, FARM_HEAD.key))
    assert ends_us(world, OLD) == ended_us


def test_an_objection_does_not_revive_a_key_revoked_meanwhile() -> None:
    world = after("batch.issue")
    world.do(recovering(world))
    world.do(revoking(world, OLD))
    ended_us = ends_us(world, OLD)
    world.do(objecting(world, FARM_HEAD.key))
    assert ends_us(world, OLD) == ended_us


def test_one_recovery_at_a_time() -> None:
    world = after("batch.issue")
    world.do(recovering(world))
    second = recovering(world, new=key("another recovered key"))
    assert refusal(world, second).code is RefusalCode.RECOVERY_NOT_OPEN
    world.do(objecting(world, FARM_HEAD.key))
    world.do(recovering(world, new=key("another recovered key")))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"lost_key": "ab" * 32}, RefusalCode.KEY_UNKNOWN, id="unknown-key"),
        pytest.param(
            {"lost_key": BUYER.key.public}, RefusalCode.KEY_UNKNOWN, id="key-of-another-account"
        ),
        pytest.param({"person": FARM_HEAD.id}, RefusalCode.PERSON_UNKNOWN, id="other-person"),
        pytest.param({"account": "0000ZZZZ"}, RefusalCode.KEY_UNKNOWN, id="no-such-account"),
    ],
)
def test_refuses(fields: dict[str, Json], code: RefusalCode) -> None:
    world = after("batch.issue")
    assert refusal(world, recovering(world, **fields)).code is code


def test_the_new_key_is_new_and_proves_itself() -> None:
    world = after("batch.issue")
    asked = recovering(world, new=BUYER.key)
    assert refusal(world, asked).code is RefusalCode.KEY_ALREADY_USED
    unproven = world.step(
        "account.keys", recovering(world).body, "registrar", officers(REGISTRAR, SUPERVISOR)
    )
    assert refusal(world, unproven).code is RefusalCode.SIGNATURE_MISSING
    one_officer = world.step(
        "account.keys", recovering(world).body, "registrar", [REGISTRAR.key, NEW]
    )
    assert refusal(world, one_officer).code is RefusalCode.SIGNATURE_MISSING
