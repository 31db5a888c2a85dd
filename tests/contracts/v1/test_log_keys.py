"""`log.keys`: keys are announced and dropped by two officers, and one always stays."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.log_bodies import NEXT_VKEY, log_keys
from tests.support.main_steps import ISSUER, REGISTRAR, SUPERVISOR, officers
from tests.support.people import ORIGIN
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, refusal, signed_by
from tests.support.scenario import after, before

FIRST_VKEY = f"{ORIGIN}+00000000+AAAA"
THIRD_VKEY = f"{ORIGIN}+33333333+AQIDBAU="


def dropping(*vkeys: str) -> Spoil:
    return changing(**log_keys("drop", *vkeys))


def announcing(*vkeys: Json) -> Spoil:
    return changing(vkeys=[{"vkey": vkey} for vkey in vkeys])


def test_announces_beside_the_old_one_and_leaves_the_rest_of_the_row() -> None:
    world, step = before("log.keys")
    earlier = world.books.rows["registry"]
    (row,) = world.do(step).rows
    assert row.key == "registry"
    assert row.value == {**earlier, "log_vkeys": [FIRST_VKEY, NEXT_VKEY]}


def test_the_worked_example_two_announced_one_dropped() -> None:
    world, step = before("log.keys")
    world.do(announcing(NEXT_VKEY, THIRD_VKEY)(world, step))
    (row,) = world.do(dropping(FIRST_VKEY)(world, step)).rows
    assert row.value["log_vkeys"] == [NEXT_VKEY, THIRD_VKEY]


def test_a_dropped_key_can_be_announced_again() -> None:
    world = after("log.keys")
    step = before("log.keys")[1]
    world.do(dropping(NEXT_VKEY)(world, step))
    assert world.do(world.changed(step)).rows[0].value["log_vkeys"] == [FIRST_VKEY, NEXT_VKEY]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(action="replace"), RefusalCode.CHOICE_UNKNOWN, id="action"),
        pytest.param(changing(vkeys=[]), RefusalCode.TOO_MANY_ITEMS, id="no-key"),
        pytest.param(announcing("AQID"), RefusalCode.FIELD_FORMAT, id="no-vkey"),
        pytest.param(announcing(NEXT_VKEY + "\n"), RefusalCode.FIELD_FORMAT, id="newline"),
        pytest.param(announcing(f"a b+{'0' * 8}+AAAA"), RefusalCode.FIELD_FORMAT, id="blank"),
        pytest.param(
            announcing(f"{ORIGIN}+11111111+" + "AAAA" * 700), RefusalCode.FIELD_FORMAT, id="long"
        ),
        pytest.param(announcing(NEXT_VKEY, NEXT_VKEY), RefusalCode.DUPLICATE_ITEM, id="one-twice"),
        pytest.param(changing(reason=...), RefusalCode.FIELD_MISSING, id="no-reason"),
        pytest.param(acting_as("service/state"), RefusalCode.ACTOR_WRONG, id="service-acts"),
        pytest.param(signed_by(ISSUER.key), RefusalCode.SIGNATURE_MISSING, id="one-officer"),
        pytest.param(
            signed_by(*officers(REGISTRAR, SUPERVISOR)),
            RefusalCode.SIGNATURE_MISSING,
            id="registrar-for-the-issuer",
        ),
        pytest.param(
            announcing("other.example/log+11111111+AQID"),
            RefusalCode.LOG_KEY_NAME_WRONG,
            id="of-another-log",
        ),
        pytest.param(
            announcing(FIRST_VKEY), RefusalCode.LOG_KEY_ALREADY_ANNOUNCED, id="known-from-entry-0"
        ),
        pytest.param(again, RefusalCode.LOG_KEY_ALREADY_ANNOUNCED, id="announced-twice"),
        pytest.param(dropping(NEXT_VKEY), RefusalCode.LOG_KEY_UNKNOWN, id="never-announced"),
        pytest.param(dropping(FIRST_VKEY), RefusalCode.LOG_KEYS_TOO_FEW, id="the-only-one"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("log.keys", spoil) is code


def test_both_of_two_are_not_dropped() -> None:
    world = after("log.keys")
    step = before("log.keys")[1]
    refused = refusal(world, dropping(FIRST_VKEY, NEXT_VKEY)(world, step))
    assert refused.code is RefusalCode.LOG_KEYS_TOO_FEW
    assert refused.facts == {"announced": 2}
