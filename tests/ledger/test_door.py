"""Door checks: each refuses what it must, and only when the order first comes in."""

from pathlib import Path

import pytest

from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.audit.audit import audit
from ledger.intake.envelope import PrivateRecord, SignedOrder
from ledger.land.geometry import area_m2, parse_parcel
from ledger.log.entry import Entry
from tests.support import bodies, geometries
from tests.support.ledger import ISSUER, ORIGIN, REGISTRAR, SUPERVISOR, Scene, open_scene
from tests.support.signing import Signer, private, sign

pytestmark = pytest.mark.usefixtures("either_database")

NEW = Signer("newcomer")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path)


def answer_to(scene: Scene, signed: SignedOrder) -> object:
    size = scene.world.registry.size()
    [answer] = scene.world.submit(signed)
    if isinstance(answer, Entry):
        return "RECORDED"
    assert scene.world.registry.size() == size
    return answer.code.name


def opening(scene: Scene, records: tuple[PrivateRecord, ...], commitment: str) -> SignedOrder:
    body = bodies.account("holder", commitment, [NEW])
    return scene.world.signed("account.open", body, [REGISTRAR, NEW], records)


def org(record: Json) -> PrivateRecord:
    return private(ORIGIN, "org", record)


def test_an_account_needs_the_record_behind_its_commitment(scene: Scene) -> None:
    record = org(bodies.organisation(50))
    assert answer_to(scene, opening(scene, (), record.commitment)) == "RECORD_MISSING"
    other = org(bodies.organisation(51))
    assert answer_to(scene, opening(scene, (other,), record.commitment)) == "RECORD_MISMATCH"
    assert answer_to(scene, opening(scene, (record,), record.commitment)) == "RECORDED"


def test_a_record_must_open_its_commitment(scene: Scene) -> None:
    true = org(bodies.organisation(50))
    false = PrivateRecord(
        kind="org",
        commitment=true.commitment,
        salt=bytes(32),
        record=true.record,
        record_bytes=true.record_bytes,
    )
    assert answer_to(scene, opening(scene, (false,), true.commitment)) == "RECORD_MISMATCH"


def test_one_organisation_gets_one_pseudonym(scene: Scene) -> None:
    record = org(bodies.organisation(1))  # the owner's code
    salted = org({**bodies.organisation(1), "note": "another salt"})
    for again in (record, salted):
        assert answer_to(scene, opening(scene, (again,), again.commitment)) == "ORG_ALREADY_KNOWN"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("915302001000000001", id="wrong-check-character"),
        pytest.param("1", id="too-short"),
        pytest.param(None, id="none"),
    ],
)
def test_a_private_record_holds_a_valid_code(scene: Scene, code: Json) -> None:
    record = org({"name": {"zh": "单位"}, "uscc": code})
    assert answer_to(scene, opening(scene, (record,), record.commitment)) == "USCC_INVALID"


def test_a_code_in_clear_is_checked_too(scene: Scene) -> None:
    named = bodies.organisation(5)
    wrong = str(named["uscc"])[:-1] + ("0" if str(named["uscc"])[-1] != "0" else "1")
    body = bodies.retirement(scene.owner, quantity_kg=1)
    body["beneficiary"] = {"org": {**named, "uscc": wrong}}
    assert answer_to(scene, scene.world.signed("units.retire", body)) == "USCC_INVALID"


def test_hidden_characters_are_refused_in_orders_and_records(scene: Scene) -> None:
    body = bodies.retirement(scene.owner, quantity_kg=1, statement={"zh": "包\u202e头"})
    assert answer_to(scene, scene.world.signed("units.retire", body)) == "TEXT_FORBIDDEN"
    record = org({**bodies.organisation(50), "note": "包\u200b头"})
    assert answer_to(scene, opening(scene, (record,), record.commitment)) == "TEXT_FORBIDDEN"


def test_a_weak_key_is_never_registered(scene: Scene) -> None:
    record = org(bodies.organisation(50))
    body = bodies.account("holder", record.commitment, [NEW])
    body["representatives"][0]["key"] = "01" + "00" * 31  # type: ignore[index,call-overload] # JSON
    signed = scene.world.signed("account.open", body, [REGISTRAR, NEW], (record,))
    assert answer_to(scene, signed) == "KEY_WEAK"


def test_only_a_rule_set_that_this_node_ships_can_be_activated(scene: Scene) -> None:
    body: bodies.Body = {"reason": "示例", "rule_set": "a" * 64}
    signed = scene.world.signed("rules.activate", body, [ISSUER, SUPERVISOR])
    assert answer_to(scene, signed) == "RULES_UNKNOWN"


def parcel(scene: Scene, points: list[tuple[int, int]], **changes: Json) -> SignedOrder:
    record = private(ORIGIN, "polygon", geometries.record(points))
    try:
        area = area_m2(parse_parcel(record.record))
    except ValueError:
        area = 1
    body = {**bodies.parcel(scene.owner, record.commitment, area), **changes}
    order = scene.world.order("parcel.register", f"acct/{scene.owner}", body)
    return sign(order, [*scene.world.people[scene.owner], REGISTRAR], (record,))


SQUARE = geometries.rectangle(5_000, 5_000, east=200_000)


@pytest.mark.parametrize(
    ("points", "changes", "code"),
    [
        pytest.param(SQUARE, {}, "RECORDED", id="as-it-should-be"),
        pytest.param(SQUARE, {"county": "150203"}, "GEOMETRY_INVALID", id="another-county"),
        pytest.param(SQUARE, {"stated_area_m2": 5}, "AREA_MISSTATED", id="another-area"),
        pytest.param(
            [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]], {}, "GEOMETRY_INVALID", id="bow-tie"
        ),
        pytest.param([(0, 0), (9, 0), (9, 9)], {}, "GEOMETRY_INVALID", id="nowhere-near-baotou"),
        pytest.param(
            SQUARE,
            {"overlaps": [{"area_m2": 1, "parcel": "00000022"}]},
            "PARCEL_UNKNOWN",
            id="an-unknown-neighbour",
        ),
    ],
)
def test_a_parcel_is_measured(
    scene: Scene, points: list[tuple[int, int]], changes: dict[str, Json], code: str
) -> None:
    assert answer_to(scene, parcel(scene, points, **changes)) == code


def test_the_overlap_statement_is_computed_again_under_the_lock(scene: Scene) -> None:
    """Two parcels of one batch overlap: the second sees the first, which is not committed yet."""
    beside = geometries.rectangle(5_000, 5_000, east=204_999)
    first, second = scene.world.submit(parcel(scene, SQUARE), parcel(scene, beside))

    assert isinstance(first, Entry)
    assert isinstance(second, Refused)
    assert second.code is RefusalCode.OVERLAP_STATEMENT_WRONG
    [overlap] = second.facts["overlaps"]  # type: ignore[misc,union-attr] # JSON
    stated = parcel(scene, beside, overlaps=[overlap])
    assert answer_to(scene, stated) in ("RECORDED", "OVERLAP_TOO_LARGE")
    assert audit(scene.world.registry.settings).ok


def test_door_checks_come_after_authority_where_they_cost(scene: Scene) -> None:
    signed = parcel(scene, SQUARE, stated_area_m2=5)
    stranger = sign(dict(signed.order_json), [Signer("stranger")], signed.private)
    assert answer_to(scene, stranger) == "KEY_UNKNOWN"
