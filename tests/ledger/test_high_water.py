"""The mark outside the database: a restored older ledger goes read-only and says so."""

import shutil
from pathlib import Path

import pytest

from contracts.refusal import RefusalCode, Refused
from ledger.audit.audit import audit
from ledger.export import LedgerFileError, import_ledger
from ledger.log.entry import Entry
from ledger.publish.high_water import HighWater, HighWaterError, raise_mark, read_mark
from ledger.publish.publisher import publish
from ledger.publish.quorum import PublishError
from ledger.registry import Registry, open_registry
from tests.support import bodies
from tests.support.ledger import ORIGIN, Scene, World, open_scene


def pay(scene: Scene, world: World) -> Entry | Refused:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    return world.submit(world.signed("units.transfer", body))[0]


def restored(scene: Scene, tmp_path: Path, *, entries: int) -> Registry:
    """Make a backup, go on, and restore the backup."""
    settings = scene.world.registry.settings
    scene.world.registry.close()
    backup = tmp_path / "backup"
    shutil.copytree(settings.data, backup)
    scene.world.registry = open_registry(settings)
    for _ in range(entries):
        assert isinstance(pay(scene, scene.world), Entry)
    scene.world.registry.close()
    shutil.rmtree(settings.data)
    shutil.copytree(backup, settings.data)
    return open_registry(settings)


@pytest.mark.parametrize("entries", [pytest.param(1, id="one-behind"), pytest.param(9, id="nine")])
def test_a_restored_older_ledger_goes_read_only_and_says_so(tmp_path: Path, entries: int) -> None:
    scene = open_scene(tmp_path / "world")
    registry = scene.world.registry = restored(scene, tmp_path, entries=entries)
    size = registry.size()

    answer = pay(scene, scene.world)

    assert registry.read_only_reason is not None
    assert f"has {size} entries but once had {size + entries}" in registry.read_only_reason
    assert isinstance(answer, Refused)
    assert answer.code is RefusalCode.LEDGER_READ_ONLY
    assert answer.facts == {"reason": registry.read_only_reason}
    assert registry.size() == size
    with pytest.raises(PublishError, match="old copy"):
        publish(registry)
    with pytest.raises(LedgerFileError, match="old copy"):
        import_ledger(registry, tmp_path / "none")
    assert [f.where for f in audit(registry.settings).findings] == ["HIGH_WATER"]


def test_without_the_mark_nobody_would_notice(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "world")
    scene.world.registry = restored(scene, tmp_path, entries=3)
    scene.world.registry.close()
    scene.world.registry.settings.high_water.unlink()

    scene.world.registry = open_registry(scene.world.registry.settings)

    assert scene.world.registry.read_only_reason is None
    assert isinstance(pay(scene, scene.world), Entry)


def test_another_ledger_of_the_same_size_goes_read_only(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "world")
    registry = scene.world.registry = restored(scene, tmp_path, entries=1)
    registry.settings.high_water.unlink()
    registry.close()
    other = scene.world.registry = open_registry(registry.settings)
    true = HighWater(origin=ORIGIN, size=other.size(), root=bytes(32))
    raise_mark(other.settings.high_water, true)
    other.close()

    reopened = open_registry(other.settings)

    assert reopened.read_only_reason is not None
    assert "another ledger" in reopened.read_only_reason
    assert [f.where for f in audit(reopened.settings).findings] == ["HIGH_WATER"]


def test_a_damaged_mark_makes_read_only(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    settings = scene.world.registry.settings
    settings.high_water.write_text("12")
    registry = open_registry(settings)
    assert registry.read_only_reason is not None
    assert "HIGH_WATER" in registry.read_only_reason
    with pytest.raises(HighWaterError):
        read_mark(settings.high_water)


def test_the_mark_follows_every_batch_and_never_falls(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    registry, path = scene.world.registry, scene.world.registry.settings.high_water
    pay(scene, scene.world)
    mark = HighWater(origin=ORIGIN, size=registry.size(), root=registry.root())
    assert read_mark(path) == mark

    raise_mark(path, HighWater(origin=ORIGIN, size=mark.size - 1, root=bytes(32)))

    assert read_mark(path) == mark


def test_a_crash_between_commit_and_mark_harms_nothing(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    settings = scene.world.registry.settings
    before = settings.high_water.read_bytes()
    pay(scene, scene.world)
    settings.high_water.write_bytes(before)
    scene.world.registry.close()

    registry = open_registry(settings)

    assert registry.read_only_reason is None
    assert audit(settings).ok


def test_an_empty_registry_has_no_mark(tmp_path: Path) -> None:
    assert read_mark(tmp_path / "HIGH_WATER") is None
