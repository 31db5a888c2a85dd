"""`external.lock`: tickets of other schemes stop every issuance on their parcels."""

import pytest

from contracts.refusal import RefusalCode
from tests.support.main_bodies import project_register
from tests.support.main_steps import (
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    REGISTRAR,
    SUPERVISOR,
    officers,
)
from tests.support.refusing import Spoil, acting_as, again, changing, code_of, refusal, signed_by
from tests.support.scenario import before


def test_a_free_parcel_becomes_external() -> None:
    world, step = before("external.lock")
    (row,) = world.do(step).rows
    assert (row.key, row.value["track"]) == ("parcel/000000DD", "EXTERNAL")
    assert row.value["locks"] == [
        {
            "evidence_sha256": step.body["evidence_sha256"],
            "scheme": "示例碳票",
            "seq": step.seq,
            "ticket": "示例-0007",
        }
    ]


def test_a_local_parcel_stays_local_with_its_lock() -> None:
    world, step = before("external.lock")
    rows = world.do(world.changed(step, parcels=["000000CC", "000000BB"])).rows
    assert [row.key for row in rows] == ["parcel/000000BB", "parcel/000000CC"]
    assert {str(row.value["track"]) for row in rows} == {"LOCAL"}
    assert all(len(row.value["locks"]) == 1 for row in rows)


def test_no_project_takes_an_external_parcel() -> None:
    world, step = before("external.lock")
    world.do(step)
    body = project_register(FARM_ID, "000000DD", number="0002")
    keys = officers(FARM_CLERK, FARM_HEAD, REGISTRAR)
    asked = world.step("project.register", body, f"acct/{FARM_ID}", keys)
    assert refusal(world, asked).code is RefusalCode.PARCEL_LOCKED


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(parcels=[]), RefusalCode.TOO_MANY_ITEMS, id="no-parcel-named"),
        pytest.param(
            changing(parcels=["000000DD", "000000DD"]), RefusalCode.DUPLICATE_ITEM, id="one-twice"
        ),
        pytest.param(changing(ticket=...), RefusalCode.FIELD_MISSING, id="no-ticket"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="owner-acts"),
        pytest.param(signed_by(REGISTRAR.key), RefusalCode.SIGNATURE_MISSING, id="one-officer"),
        pytest.param(
            signed_by(*officers(SUPERVISOR, FARM_CLERK)),
            RefusalCode.SIGNATURE_MISSING,
            id="owner-for-registrar",
        ),
        pytest.param(changing(parcels=["0000ZZZZ"]), RefusalCode.PARCEL_UNKNOWN, id="no-parcel"),
        pytest.param(again, RefusalCode.LOCK_ALREADY_KNOWN, id="the-same-ticket-twice"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("external.lock", spoil) is code
