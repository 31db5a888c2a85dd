"""`registry.open`: entry 0, its trust anchors and its officers."""

from hashlib import sha256

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.log_bodies import predecessor
from tests.support.main_steps import FARM_ID, ISSUER, REGISTRAR, SERVICE, SUPERVISOR, officers
from tests.support.people import ORIGIN, key
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, refusal, signed_by
from tests.support.scenario import before
from tests.support.world import RULES, Step, World


def test_writes_the_rows_of_the_worked_example() -> None:
    world, step = before("registry.open")
    rows = {row.key: row.value for row in world.do(step).rows}
    kinds = sorted(name.partition("/")[0] for name in rows)
    assert kinds == [
        *[*["key"] * 6, "org", *["person"] * 3, "registry", "rules"],
        *["service"] * 3,
    ]
    assert rows["registry"]["predecessor"] is None
    assert rows["registry"]["environment"] == "demo"
    assert rows["registry"]["opened_at_us"] == step.at_us
    assert rows["rules/active"] == {"hash": RULES, "since_seq": 0}
    kinds = ["certificate.expire", "certificate.record", "loss.impair"]
    assert rows["service/certificates"] == {"kinds": kinds}
    assert rows["service/state"] == {"kinds": ["state.commit"]}
    assert rows["service/anchors"] == {"kinds": ["anchor.record"]}
    assert rows[f"person/{ISSUER.id}"]["officer"] == "issuer"
    assert rows[f"key/{SERVICE.public}"]["service"] == "certificates"


def test_goes_on_from_another_log() -> None:
    world, step = before("registry.open")
    note = str(predecessor("old.example/log")["checkpoint"])
    asked = world.changed(step, predecessor={"checkpoint": note})
    rows = {row.key: row.value for row in world.do(asked).rows}
    assert rows["registry"]["predecessor"] == {
        "checkpoint_sha256": sha256(note.encode()).hexdigest(),
        "origin": "old.example/log",
        "root": "aa" * 32,
        "size": 901,
    }


def after_note(old: str, new: str) -> Spoil:
    """Spoil the predecessor's checkpoint by replacing a part of it."""
    note = str(predecessor("old.example/log")["checkpoint"])
    assert old in note
    return changing(predecessor={"checkpoint": note.replace(old, new, 1)})


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
        pytest.param(changing(predecessor={}), RefusalCode.FIELD_MISSING, id="empty-predecessor"),
        pytest.param(after_note("901", "0901"), RefusalCode.FIELD_FORMAT, id="size-with-zero"),
        pytest.param(after_note("901", "0"), RefusalCode.FIELD_FORMAT, id="empty-log"),
        pytest.param(after_note("qo=", "qp="), RefusalCode.FIELD_FORMAT, id="loose-base64"),
        pytest.param(after_note("\n\n", "\nextension\n\n"), RefusalCode.FIELD_FORMAT, id="lines"),
        pytest.param(after_note("— old", "old"), RefusalCode.FIELD_FORMAT, id="unsigned"),
        pytest.param(
            after_note("AAAAAAAA", "A" * 24_000), RefusalCode.FIELD_FORMAT, id="note-too-long"
        ),
        pytest.param(
            changing(predecessor=predecessor(ORIGIN)),
            RefusalCode.LOG_NOT_ANOTHER,
            id="its-own-predecessor",
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
