"""Lost marks are made again from what independent witnesses have cosigned, never from less."""

from pathlib import Path

import pytest

from ledger.publish.mark_restore import RestoreError, restore_marks
from ledger.publish.signer import MARK_FILE
from ledger.registry import Registry, open_registry
from tests.support.ledger import Scene, open_scene, pay
from tests.support.publishing import NearWitness, NearWitnesses, near_publisher


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "world")


def without_marks(registry: Registry) -> Registry:
    (registry.settings.keys / MARK_FILE).unlink()
    registry.settings.high_water.unlink()
    registry.close()
    return open_registry(registry.settings)


def three_witnesses() -> NearWitnesses:
    return NearWitnesses((NearWitness("a/w"), NearWitness("b/w"), NearWitness("c/w")))


def test_two_witnesses_bring_the_marks_back(scene: Scene) -> None:
    registry, ask = scene.world.registry, three_witnesses()
    ask.write_policy(registry, 2)
    note = near_publisher(registry, ask).publish()
    lost = without_marks(registry)
    assert lost.read_only_reason is not None
    assert "high-water mark is missing" in lost.read_only_reason

    restore_marks(lost, note)

    scene.world.registry = open_registry(lost.settings)
    assert scene.world.registry.read_only_reason is None
    pay(scene)
    near_publisher(scene.world.registry, ask).publish()


def test_one_witness_is_too_few(scene: Scene) -> None:
    registry, ask = scene.world.registry, three_witnesses()
    ask.write_policy(registry, 1)
    ask.witnesses[1].silent = ask.witnesses[2].silent = True
    note = near_publisher(registry, ask).publish()
    with pytest.raises(RestoreError, match="1 witnesses have cosigned it, not 2"):
        restore_marks(without_marks(registry), note, confirmed=True)


def test_without_witnesses_an_operator_confirms(scene: Scene) -> None:
    registry = scene.world.registry
    note = near_publisher(registry).publish()
    lost = without_marks(registry)
    with pytest.raises(RestoreError, match="confirm"):
        restore_marks(lost, note)
    restore_marks(lost, note, confirmed=True)
    assert open_registry(lost.settings).read_only_reason is None


def test_a_standing_mark_is_never_lowered(scene: Scene) -> None:
    registry = scene.world.registry
    old = near_publisher(registry).publish()
    pay(scene)
    new = near_publisher(registry).publish()
    with pytest.raises(RestoreError, match="never lowered"):
        restore_marks(registry, old, confirmed=True)
    restore_marks(registry, new, confirmed=True)


def test_an_old_copy_does_not_become_good_by_it(scene: Scene, tmp_path: Path) -> None:
    registry = scene.world.registry
    pay(scene)
    note = near_publisher(registry).publish()
    older = open_scene(tmp_path / "older").world.registry
    with pytest.raises(RestoreError, match="does not continue"):
        restore_marks(older, note, confirmed=True)
    with pytest.raises(RestoreError, match="not a checkpoint"):
        restore_marks(registry, b"no note", confirmed=True)
