"""A ledger without its vault: no land and no organisation is registered blindly."""

from pathlib import Path

import pytest
from sqlalchemy import delete

from contracts.refusal import RefusalCode, Refused
from ledger.database.side_tables import side_org
from ledger.export import export_ledger, import_ledger
from ledger.intake.envelope import SignedOrder
from ledger.land import spatial
from ledger.land.geometry import area_m2, parse_parcel
from ledger.log.entry import Entry
from tests.support import bodies, geometries
from tests.support.ledger import ORIGIN, REGISTRAR, Scene, entries_of, open_scene, open_world
from tests.support.signing import Signer, private, sign

ORGS = 5
"""How many organisations the scene has, besides the registrar; and it has one parcel."""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "first")


def imported(scene: Scene, folder: Path) -> Scene:
    """Go on with an import of the scene's ledger, which brings no private records."""
    export_ledger(scene.world.registry, folder / "ledger.jsonl")
    scene.world.registry.close()
    scene.world.registry = open_world(folder / "second").registry
    import_ledger(scene.world.registry, folder / "ledger.jsonl")
    return scene


def parcel(scene: Scene, *, east: int) -> SignedOrder:
    points = geometries.rectangle(10_000, 10_000, east=east)
    record = private(ORIGIN, "polygon", geometries.record(points))
    body = bodies.parcel(scene.owner, record.commitment, area_m2(parse_parcel(record.record)))
    order = scene.world.order("parcel.register", f"acct/{scene.owner}", body)
    return sign(order, [*scene.world.people[scene.owner], REGISTRAR], (record,))


def opening(scene: Scene, number: int) -> SignedOrder:
    newcomer = Signer(f"newcomer {number}")
    record = private(ORIGIN, "org", bodies.organisation(number))
    body = bodies.account("holder", record.commitment, [newcomer])
    return scene.world.signed("account.open", body, [REGISTRAR, newcomer], (record,))


def missing(answer: Entry | Refused) -> tuple[str, object, object]:
    assert isinstance(answer, Refused), answer
    return answer.code.name, answer.facts["kind"], answer.facts["missing"]


def test_an_imported_ledger_registers_no_land_and_no_organisation(
    scene: Scene, tmp_path: Path
) -> None:
    """Not even what the ledger knows already, which nobody could tell without the records."""
    twice, other = parcel(scene, east=25_000), parcel(scene, east=60_000)
    imported(scene, tmp_path)

    answers = scene.world.submit(twice, other, opening(scene, 1), opening(scene, 50))

    assert [missing(answer) for answer in answers] == [
        ("RECORD_MISSING", "polygon", 1),
        ("RECORD_MISSING", "polygon", 1),
        ("RECORD_MISSING", "org", ORGS),
        ("RECORD_MISSING", "org", ORGS),
    ]


def test_an_imported_ledger_opens_further_accounts_of_known_organisations(
    scene: Scene, tmp_path: Path
) -> None:
    imported(scene, tmp_path)
    newcomer = Signer("newcomer")
    body = {**bodies.account("holder", "", [newcomer]), "commitment": None, "org": scene.buyer}

    signers = [REGISTRAR, newcomer, *scene.world.people[scene.buyer]]
    scene.world.act("account.open", body, signers)


def test_one_record_that_is_missing_is_enough(scene: Scene) -> None:
    with scene.world.registry.writer.begin() as connection:
        connection.execute(delete(side_org).where(side_org.c.org == scene.third))

    [answer] = scene.world.submit(opening(scene, 50))

    assert missing(answer) == ("RECORD_MISSING", "org", 1)
    entries_of(scene.world.submit(parcel(scene, east=60_000)))


def test_a_lost_polygon_stops_land_only(scene: Scene) -> None:
    with scene.world.registry.writer.begin() as connection:
        connection.execute(delete(spatial.polygons))

    first, second = scene.world.submit(parcel(scene, east=60_000), opening(scene, 50))

    assert missing(first) == ("RECORD_MISSING", "polygon", 1)
    assert isinstance(second, Entry)


def test_a_known_organisation_is_named_before_missing_records_are(scene: Scene) -> None:
    with scene.world.registry.writer.begin() as connection:
        connection.execute(delete(side_org).where(side_org.c.org == scene.third))

    [answer] = scene.world.submit(opening(scene, 1))

    assert isinstance(answer, Refused)
    assert answer.code is RefusalCode.ORG_ALREADY_KNOWN


def test_a_batch_registers_many_of_both(scene: Scene) -> None:
    """The records of a batch are kept before its rows are written; neither counts as missing."""
    orders = [opening(scene, number) for number in range(50, 53)]
    orders += [parcel(scene, east=60_000 + 20_000 * number) for number in range(3)]

    entries_of(scene.world.submit(*orders))
    entries_of(scene.world.submit(opening(scene, 60), parcel(scene, east=300_000)))
