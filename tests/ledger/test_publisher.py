"""Publishing: what is signed continues what was signed, or nothing is signed."""

import shutil
from pathlib import Path

import pytest

from contracts.refusal import RefusalCode, Refused
from ledger import store
from ledger.audit.audit import audit
from ledger.log.checkpoint import open_checkpoint
from ledger.log.key import Skey
from ledger.log.policy import Policy
from ledger.log.proof import TlogProof, verify_entry
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish.publisher import publish
from ledger.publish.quorum import PublishError
from ledger.publish.signer import KEY_FILE, SignerError
from ledger.registry import open_registry
from ledger.store import TamperedError
from tests.support import bodies
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, open_scene, open_world, pay


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "world")


def test_a_checkpoint_states_size_and_root(scene: Scene) -> None:
    registry = scene.world.registry
    note = publish(registry)
    checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
    assert (checkpoint.size, checkpoint.root) == (registry.size(), registry.root())
    assert registry.checkpoint() == note
    assert audit(registry.settings).ok


def test_an_entry_is_proven_by_a_published_checkpoint(scene: Scene) -> None:
    registry = scene.world.registry
    note = publish(registry)
    pay(scene)
    size = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN).size
    proof = TlogProof(index=3, path=registry.proof(3, size), checkpoint=note)
    verify_entry(proof, registry.entry_bytes(3), policy=Policy.of_keys([LOG_KEY.vkey]))


def test_the_same_head_is_not_signed_twice(scene: Scene) -> None:
    path = scene.world.registry.settings.log / CHECKPOINT_PATH
    note = publish(scene.world.registry)
    file = path.stat().st_ino
    assert publish(scene.world.registry) == note
    assert path.stat().st_ino == file


def test_a_later_checkpoint_continues_the_earlier(scene: Scene) -> None:
    first = publish(scene.world.registry)
    pay(scene)
    assert publish(scene.world.registry) != first


def test_a_smaller_log_is_not_signed_even_without_a_mark(scene: Scene, tmp_path: Path) -> None:
    settings = scene.world.registry.settings
    scene.world.registry.close()
    shutil.copytree(settings.data, tmp_path / "backup")
    scene.world.registry = open_registry(settings)
    before = scene.world.registry
    pay(scene)
    note = publish(scene.world.registry)
    scene.world.registry.close()
    shutil.copy(tmp_path / "backup" / "ledger.db", settings.database)
    settings.high_water.unlink()
    registry = scene.world.registry = open_registry(settings)

    with pytest.raises(PublishError, match="were signed"):
        publish(registry)
    # A publisher that opened the registry earlier finds it out by itself.
    with pytest.raises(PublishError, match="were signed"):
        publish(before)
    assert registry.checkpoint() == note


def test_a_log_that_is_not_the_marked_one_is_not_signed(scene: Scene) -> None:
    settings = scene.world.registry.settings
    marked = settings.high_water.read_text()
    root = scene.world.registry.root().hex()
    settings.high_water.write_text(marked.replace(root, "00" * 32))
    pay_without_mark = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    scene.world.signed("units.transfer", pay_without_mark)
    with pytest.raises(PublishError, match="marked"):
        publish(scene.world.registry)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(None, "holds no key", id="missing"),
        pytest.param("secret", "holds no key", id="not-a-key"),
        pytest.param(Skey("other.example", bytes(32)).to_text(), "none of the", id="other-log"),
        pytest.param(Skey(ORIGIN, bytes(32)).to_text(), "none of the", id="not-in-entry-0"),
    ],
)
def test_only_the_log_s_own_key_signs(scene: Scene, text: str | None, reason: str) -> None:
    path = scene.world.registry.settings.keys / KEY_FILE
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(SignerError, match=reason):
        publish(scene.world.registry)
    assert scene.world.registry.checkpoint() is None


def test_the_root_is_computed_two_ways(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "root_at", lambda _connection, _size: bytes(32))
    with pytest.raises(TamperedError):
        publish(scene.world.registry)


def test_nothing_is_signed_before_entry_0(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        publish(open_world(tmp_path).registry)
    assert caught.value.code is RefusalCode.REGISTRY_NOT_OPEN
