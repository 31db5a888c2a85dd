"""`log.freeze`: nothing follows but what the services still have to say."""

import pytest

from contracts.refusal import RefusalCode
from contracts.v1.log_freeze import STILL_TAKEN
from contracts.v1.ruleset import RULES
from tests.support import log_bodies, unit_bodies
from tests.support.main_steps import (
    ANCHOR_SERVICE,
    ENTERPRISE_ID,
    ISSUER,
    REGISTRAR,
    SERVICE,
    STATE_SERVICE,
    SUPERVISOR,
    freeze,
    officers,
)
from tests.support.people import ORIGIN, hex_digest
from tests.support.refusing import Spoil, acting_as, changing, refusal, signed_by
from tests.support.scenario import before, main_world, whole_world
from tests.support.world import Step, World

SUCCESSOR = "demo.sinkledger.example/baotou-2"


def freezing() -> tuple[World, Step]:
    world = main_world()
    body = log_bodies.log_freeze(SUCCESSOR)
    return world, world.step("log.freeze", body, "registrar", officers(REGISTRAR, SUPERVISOR))


def test_says_since_when_why_and_where_it_goes_on() -> None:
    world, step = freezing()
    (row,) = world.do(step).rows
    assert row.key == "log/frozen"
    assert row.value == {
        "frozen_at_us": step.at_us,
        "reason": step.body["reason"],
        "seq": step.seq,
        "successor": SUCCESSOR,
    }


def test_it_may_have_no_successor() -> None:
    world, step = freezing()
    assert world.do(world.changed(step, successor=...)).rows[0].value["successor"] is None


@pytest.mark.parametrize(
    "kind", sorted({step.kind for step in whole_world().steps} - {*STILL_TAKEN})
)
def test_afterwards_no_order_of_any_other_kind_is_taken(kind: str) -> None:
    world, step = before(kind)
    if kind == "registry.open":
        return  # refused already: there is no frozen registry before there is one
    freeze(world, SUCCESSOR)
    refused = refusal(world, world.changed(step))
    assert refused.code is RefusalCode.LOG_FROZEN
    assert refused.facts == {"since_seq": step.seq, "successor": SUCCESSOR}


def test_the_services_finish_their_work() -> None:
    world, step = before("certificate.record", nth=2)
    freeze(world)
    world.do(world.changed(step))
    body = log_bodies.state_commit(world.books, world.seq - 1)
    world.do(world.step("state.commit", body, "service/state", [STATE_SERVICE]))
    anchor = log_bodies.anchor_record(world.seq)
    world.do(world.step("anchor.record", anchor, "service/anchors", [ANCHOR_SERVICE]))
    copy = world.changed(step, copy=2, sha256=hex_digest("copy after the end"))
    assert copy.keys == (SERVICE,)
    world.do(copy)
    assert set(STILL_TAKEN) <= set(RULES)


def test_a_frozen_log_answers_after_the_signatures() -> None:
    world, _ = freezing()
    freeze(world)
    body = unit_bodies.units_retire(ENTERPRISE_ID, 1, {})
    unsigned = world.step("units.retire", body, f"acct/{ENTERPRISE_ID}", [ISSUER.key])
    assert refusal(world, unsigned).code.value // 1000 in (1, 2)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(reason=""), RefusalCode.FIELD_FORMAT, id="no-reason"),
        pytest.param(changing(successor="Other Log"), RefusalCode.FIELD_FORMAT, id="no-origin"),
        pytest.param(acting_as("service/state"), RefusalCode.ACTOR_WRONG, id="service-acts"),
        pytest.param(signed_by(REGISTRAR.key), RefusalCode.SIGNATURE_MISSING, id="one-officer"),
        pytest.param(
            signed_by(*officers(ISSUER, SUPERVISOR)), RefusalCode.SIGNATURE_MISSING, id="issuer"
        ),
        pytest.param(changing(successor=ORIGIN), RefusalCode.LOG_NOT_ANOTHER, id="itself"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    world, step = freezing()
    assert refusal(world, spoil(world, step)).code is code


def test_refuses_to_freeze_what_is_frozen() -> None:
    world, step = freezing()
    world.do(step)
    assert refusal(world, world.changed(step)).code is RefusalCode.LOG_FROZEN
