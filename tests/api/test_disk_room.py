"""A disk that fills up: orders are turned away before it is full, and taken again once there is
room; reading and publishing go on meanwhile.
"""

from pathlib import Path
from unittest import mock

import pytest

from ledger.intake.envelope import envelope_bytes
from ledger.publish.publisher import publish
from ledger.registry import open_registry
from ledger.room import volumes_of
from ledger.sequencing import recording
from ledger.settings import Settings
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, open_scene
from tests.support.service import Service, is_problem
from tests.support.small_disk import NoDiskError, fill, mount_small

LEFT_KIB = 500
FILLS = 5
TURNED_AWAY = [507, "60", True, 0]
RECORDED = [201, None, False, 1]


def offered(scene: Scene, service: Service) -> list[object]:
    """Post an order; return the status, when to come again, and how many entries came of it."""
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    order, before = scene.world.signed("units.transfer", body), service.registry.size()
    answer = service.post(envelope_bytes(order))
    added = service.registry.size() - before
    return [answer.status_code, answer.headers.get("retry-after"), is_problem(answer), added]


def fill_and_free(disk: Path, fills: int, report: Report) -> None:
    """Fill a small disk and free it again, with a service on it; report what each step gave."""
    mount_small(disk)
    scene = open_scene(disk)
    scene.world.registry.close()
    settings = scene.world.registry.settings.model_copy(update={"disk_free_mb": 1})
    service = Service.on(open_registry(settings), scene.world.now_us)
    for _ in range(fills):
        recorded = offered(scene, service)
        fill(disk / "ballast", LEFT_KIB)
        turned_away = offered(scene, service)
        publish(service.registry)
        read = service.client.get("/v1/checkpoint").status_code
        (disk / "ballast").unlink()
        report([recorded, turned_away, read, offered(scene, service)])
    service.close()


def steps_told(folder: Path, fills: int) -> list[list[object]]:
    """Run that in a child, which alone sees the small disk."""
    open_scene(folder / "built-before-the-fork").world.registry.close()
    disk = folder / "disk"
    disk.mkdir()

    def work(report: Report) -> None:
        try:
            fill_and_free(disk, fills, report)
        except NoDiskError as error:
            report(str(error))

    told = fork(work).reports()
    if len(told) == 1 and isinstance(told[0], str):
        pytest.skip(f"a small disk cannot be mounted here: {told[0]}")
    return told


def test_orders_are_turned_away_before_the_disk_is_full(tmp_path: Path) -> None:
    assert steps_told(tmp_path, FILLS) == [[RECORDED, TURNED_AWAY, 200, RECORDED]] * FILLS


def test_the_same_test_sees_a_service_that_does_not_look(tmp_path: Path) -> None:
    with mock.patch.object(recording, "check_room"):
        told = steps_told(tmp_path, 1)
    assert told != [[RECORDED, TURNED_AWAY, 200, RECORDED]]


def test_every_disk_that_is_written_to_is_watched(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys=tmp_path, second_copy=tmp_path)
    assert set(volumes_of(settings)) == {"data", "keys", "database", "second_copy"}
    elsewhere = settings.model_copy(update={"database_url": "postgresql://db.example/ledger"})
    assert "database" not in volumes_of(elsewhere)
