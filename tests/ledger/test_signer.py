"""The signer: it signs what continues what it signed, and nothing else, whoever asks."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.log.checkpoint import open_checkpoint
from ledger.log.key import ALG_ML_DSA_44, Skey
from ledger.log.merkle import EMPTY_ROOT
from ledger.log.note import parse_note
from ledger.publish import signer, signer_wire
from ledger.publish.signer import MARK_FILE, PQ_KEY_FILE, SignerError, begin, sign
from ledger.publish.signer_wire import RemoteSigner, answer
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, open_scene, pay
from tests.support.publishing import NOW_S, request
from tests.support.signing import Signer

PQ_KEY = Skey(ORIGIN, Signer("log-mldsa").seed, ALG_ML_DSA_44)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "world")


def test_a_log_begins_with_the_signed_empty_tree(scene: Scene) -> None:
    keys = scene.world.registry.settings.keys
    checkpoint = open_checkpoint((keys / MARK_FILE).read_bytes(), [LOG_KEY.vkey], ORIGIN)
    assert (checkpoint.size, checkpoint.root) == (0, EMPTY_ROOT)
    assert (keys / MARK_FILE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(SignerError, match="begins once"):
        begin(keys, NOW_S)


def test_the_mark_is_the_note_that_left(scene: Scene) -> None:
    registry = scene.world.registry
    note = sign(registry.settings.keys, request(registry, 0), NOW_S)
    assert (registry.settings.keys / MARK_FILE).read_bytes() == note
    assert open_checkpoint(note, [LOG_KEY.vkey], ORIGIN).root == registry.root()


def test_the_same_tree_is_answered_with_the_stored_note(scene: Scene) -> None:
    registry = scene.world.registry
    (registry.settings.keys / PQ_KEY_FILE).write_text(PQ_KEY.to_text())
    vkeys = (LOG_KEY.vkey.to_text(), PQ_KEY.vkey.to_text())
    note = sign(registry.settings.keys, request(registry, 0, vkeys=vkeys), NOW_S)
    assert len(parse_note(note).signatures) == 2
    later = request(registry, registry.size(), path=(), vkeys=vkeys)
    assert sign(registry.settings.keys, later, NOW_S + 600) == note


def test_a_larger_tree_is_signed_with_its_proof(scene: Scene) -> None:
    registry = scene.world.registry
    old = registry.size()
    sign(registry.settings.keys, request(registry, 0), NOW_S)
    pay(scene)
    note = sign(registry.settings.keys, request(registry, old), NOW_S)
    assert open_checkpoint(note, [LOG_KEY.vkey], ORIGIN).size == old + 1


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"size": 3}, "a smaller log", id="smaller"),
        pytest.param({"size": 13, "root": bytes(32)}, "another root was signed", id="other-root"),
        pytest.param({"path": ()}, "no proof", id="without-proof"),
        pytest.param({"path": (bytes(32),) * 4}, "no proof", id="wrong-proof"),
        pytest.param({"root": bytes(32)}, "no proof", id="root-without-proof"),
        pytest.param({"old_size": 12}, "the proof starts at 12", id="other-start"),
        pytest.param({"origin": "other.example"}, "not a note of these keys", id="other-log"),
        pytest.param({"vkeys": ()}, "none of the Ed25519 keys", id="no-key-announced"),
        pytest.param({"size": 2**63}, "does not read back|no proof", id="beyond-any-size"),
    ],
)
def test_nothing_is_signed_that_does_not_continue(
    scene: Scene, changed: dict[str, object], reason: str
) -> None:
    registry = scene.world.registry
    size = registry.size()
    assert size == 13
    note = sign(registry.settings.keys, request(registry, 0), NOW_S)
    pay(scene)
    with pytest.raises(SignerError, match=reason):
        sign(registry.settings.keys, request(registry, size, **changed), NOW_S)
    assert (registry.settings.keys / MARK_FILE).read_bytes() == note


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(None, "is missing", id="lost"),
        pytest.param("size 3", "not a note of these keys", id="damaged"),
    ],
)
def test_without_its_mark_it_signs_nothing(scene: Scene, text: str | None, reason: str) -> None:
    registry = scene.world.registry
    path = registry.settings.keys / MARK_FILE
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(SignerError, match=reason):
        sign(registry.settings.keys, request(registry, 0), NOW_S)


def test_the_mark_is_durable_before_the_signature_leaves(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    registry = scene.world.registry
    monkeypatch.setattr(signer, "write_atomically", fail)
    with pytest.raises(OSError, match="No space"):
        sign(registry.settings.keys, request(registry, 0), NOW_S)


def test_keys_of_two_logs_in_one_folder_sign_nothing(scene: Scene) -> None:
    registry = scene.world.registry
    other = Skey("other.example", bytes(32))
    (registry.settings.keys / "log-2.skey").write_text(other.to_text())
    with pytest.raises(SignerError, match="more than one log"):
        sign(registry.settings.keys, request(registry, 0), NOW_S)


def test_a_child_process_signs(scene: Scene) -> None:
    registry = scene.world.registry
    with RemoteSigner(registry.settings.keys) as child:
        assert child.mark() == (registry.settings.keys / MARK_FILE).read_bytes()
        note = child.sign(request(registry, 0))
        assert child.mark() == note
        with pytest.raises(SignerError, match="smaller log"):
            child.sign(request(registry, 0, size=1))
    with pytest.raises(SignerError, match="cannot be understood"):
        child.mark()


def test_a_signer_behind_a_socket_keeps_the_keys_to_itself(scene: Scene, tmp_path: Path) -> None:
    registry, address = scene.world.registry, tmp_path / "socket"
    keys = registry.settings.keys.rename(tmp_path / "elsewhere")
    command = [sys.executable, "-m", "ledger.publish.signer_process", str(keys), str(address)]
    with subprocess.Popen(command) as process:
        for _ in range(200):
            if address.exists():
                break
            time.sleep(0.05)
        assert address.stat().st_mode & 0o777 == 0o660
        with RemoteSigner(tmp_path, address) as signer_elsewhere:
            note = signer_elsewhere.sign(request(registry, 0))
        with RemoteSigner(tmp_path, address) as again:
            assert again.mark() == note
        process.terminate()


def test_a_signer_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SignerError, match="no signer listens"):
        RemoteSigner(tmp_path, tmp_path / "socket")


def test_a_late_answer_is_not_taken_for_the_next_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = scene.world.registry
    with RemoteSigner(registry.settings.keys) as child:
        monkeypatch.setattr(signer_wire, "ANSWER_S_MAX", 0)
        with pytest.raises(SignerError, match="has not answered"):
            child.mark()
        monkeypatch.undo()

        note = child.sign(request(registry, 0))

        assert child.mark() == note


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"ask":"sing"}', id="unknown"),
        pytest.param(b'{ "ask":"mark"}', id="not-canonical"),
        pytest.param(b'{"ask":"sign","old":0}', id="half"),
        pytest.param(b"\xff", id="not-text"),
    ],
)
def test_what_is_no_request_is_refused(scene: Scene, line: bytes) -> None:
    said = answer(scene.world.registry.settings.keys, line, NOW_S)
    assert said.startswith(b'{"refused":')
