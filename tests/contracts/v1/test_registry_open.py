"""`registry.open`: entry 0, its trust anchors and its officers."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_steps import FARM_ID, ISSUER, REGISTRAR, SERVICE, SUPERVISOR, officers
from tests.support.people import key
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, refusal, signed_by
from tests.support.scenario import before
from tests.support.world import RULES, Step, World


def test_writes_the_rows_of_the_worked_example() -> None:
    world, step = before("registry.open")
    rows = {row.key: row.value for row in world.do(step).rows}
    kinds = sorted(name.partition("/")[0] for name in rows)
    assert kinds == [*["key"] * 4, "org", *["person"] * 3, "registry", "rules", "service"]
    assert rows["registry"]["environment"] == "demo"
    assert rows["registry"]["opened_at_us"] == step.at_us
    assert rows["rules/active"] == {"hash": RULES, "since_seq": 0}
    assert rows["service/certificates"] == {"kinds": ["certificate.record"]}
    assert rows[f"person/{ISSUER.id}"]["officer"] == "issuer"
    assert rows[f"key/{SERVICE.public}"]["service"] == "certificates"


def officer(position: int, **fields: Json) -> Spoil:
    def spoil(world: World, step: Step) -> Step:
        listed = step.body["officers"]
        assert isinstance(listed, list)
        changed = [
            {**item, **fields} if index == position and isinstance(item, dict) else item
            for index, item in enumerate(listed)
        ]
        return world.changed(step, officers=[*changed])

    return spoil


def service(**fields: Json) -> Spoil:
    def spoil(world: World, step: Step) -> Step:
        listed = step.body["services"]
        assert isinstance(listed, list)
        assert isinstance(listed[0], dict)
        return world.changed(step, services=[{**listed[0], **fields}])

    return spoil


def same_service_twice(world: World, step: Step) -> Step:
    listed = step.body["services"]
    assert isinstance(listed, list)
    assert isinstance(listed[0], dict)
    second: Json = {**listed[0], "key": key("another service key").public}
    return world.changed(step, services=[listed[0], second])


def elsewhere(world: World, step: Step) -> Step:
    return world.changed(step, origin="other.example/log")


def too_late(world: World, step: Step) -> Step:
    world.seq = 1
    return world.changed(step)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(environment="test"), RefusalCode.CHOICE_UNKNOWN, id="environment"),
        pytest.param(changing(origin="Demo"), RefusalCode.FIELD_FORMAT, id="origin-with-capital"),
        pytest.param(changing(seal={}), RefusalCode.FIELD_MISSING, id="without-a-seal"),
        pytest.param(changing(log={"vkeys": []}), RefusalCode.TOO_MANY_ITEMS, id="no-log-key"),
        pytest.param(
            service(kinds=["batch.issue"]), RefusalCode.CHOICE_UNKNOWN, id="service-that-issues"
        ),
        pytest.param(same_service_twice, RefusalCode.DUPLICATE_ITEM, id="service-twice"),
        pytest.param(officer(0, key="ab"), RefusalCode.FIELD_FORMAT, id="short-key"),
        pytest.param(
            officer(0, alg="webauthn-es256"), RefusalCode.FIELD_FORMAT, id="key-of-another-alg"
        ),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="a-holder-acts"),
        pytest.param(changing(officers=[]), RefusalCode.TOO_MANY_ITEMS, id="no-officers"),
        pytest.param(elsewhere, RefusalCode.WRONG_LOG, id="order-for-another-log"),
        pytest.param(
            signed_by(*officers(REGISTRAR, ISSUER)), RefusalCode.SIGNATURE_MISSING, id="two-sign"
        ),
        pytest.param(
            signed_by(*officers(REGISTRAR, ISSUER), key("stranger")),
            RefusalCode.KEY_UNKNOWN,
            id="a-stranger-signs",
        ),
        pytest.param(again, RefusalCode.REGISTRY_ALREADY_OPEN, id="twice"),
        pytest.param(too_late, RefusalCode.REGISTRY_ALREADY_OPEN, id="not-first"),
        pytest.param(
            officer(1, role="registrar"), RefusalCode.OFFICER_ROLES_MISSING, id="no-issuer"
        ),
        pytest.param(
            officer(1, person=REGISTRAR.id),
            RefusalCode.OFFICER_ROLES_MISSING,
            id="one-person-two-roles",
        ),
        pytest.param(
            service(key=SUPERVISOR.key.public),
            RefusalCode.KEY_ALREADY_USED,
            id="an-officers-key-for-a-service",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("registry.open", spoil) is code


def test_nothing_can_be_asked_before_it() -> None:
    world, step = World(), before("parameters.publish")[1]
    assert refusal(world, step).code is RefusalCode.REGISTRY_NOT_OPEN
