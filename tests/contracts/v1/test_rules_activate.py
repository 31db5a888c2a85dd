"""`rules.activate`: another rule set comes into force with the next entry."""

import pytest

from contracts.refusal import RefusalCode
from tests.support.main_steps import FARM_ID, ISSUER, REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import Spoil, acting_as, changing, refusal, signed_by
from tests.support.scenario import after, before
from tests.support.world import RULES, Step, World

NEXT = "b1" * 32


def activation() -> tuple[World, Step]:
    world = after("account.keys")
    body = {"reason": "示例：新规则集", "rule_set": NEXT}
    return world, world.step("rules.activate", body, "registrar", officers(ISSUER, SUPERVISOR))


def test_holds_from_the_next_entry_and_voids_what_was_signed_before() -> None:
    world, step = activation()
    drafted = before("parcel.register")[1]
    (row,) = world.do(step).rows
    assert (row.key, row.value) == ("rules/active", {"hash": NEXT, "since_seq": step.seq + 1})
    refused = refusal(world, drafted)
    assert refused.code is RefusalCode.RULES_NOT_ACTIVE
    assert refused.facts == {"active": NEXT}
    world.rules = NEXT
    world.do(world.changed(drafted))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(rule_set="b1"), RefusalCode.FIELD_FORMAT, id="no-digest"),
        pytest.param(changing(reason=...), RefusalCode.FIELD_MISSING, id="no-reason"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="a-holder-acts"),
        pytest.param(signed_by(ISSUER.key), RefusalCode.SIGNATURE_MISSING, id="one-officer"),
        pytest.param(
            signed_by(*officers(ISSUER, REGISTRAR)), RefusalCode.SIGNATURE_MISSING, id="registrar"
        ),
        pytest.param(
            changing(rule_set=RULES), RefusalCode.RULES_ALREADY_ACTIVE, id="the-active-one"
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    world, step = activation()
    assert refusal(world, spoil(world, step)).code is code
