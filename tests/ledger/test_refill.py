"""Refill: entries from anywhere become a registry, or the first bad one is named."""

from pathlib import Path

import pytest

from ledger.audit.audit import audit
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import parse_entry
from ledger.log.verify import ChainError, PasskeyScope, passkey_scope
from ledger.registry import Registry
from ledger.replay import refill as module
from ledger.replay import signature_checks
from ledger.replay.refill import RefillError, refill
from ledger.replay.signature_checks import CheckerError, SignatureChecker
from tests.support import bodies
from tests.support.forged import recorded_again
from tests.support.ledger import ORIGIN, Scene, open_scene, open_world


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = open_scene(tmp_path / "world")
    for kg in (50, 60):
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=kg)
        scene.world.act("units.transfer", body)
    return scene


@pytest.fixture
def contents(scene: Scene) -> list[bytes]:
    registry = scene.world.registry
    return [registry.entry_bytes(seq) for seq in range(registry.size())]


@pytest.fixture
def empty(tmp_path: Path) -> Registry:
    return open_world(tmp_path / "empty").registry


@pytest.fixture
def in_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check signatures in the child from the first page on, over several pages."""
    monkeypatch.setattr(signature_checks, "FEW", 0)
    monkeypatch.setattr(module, "PAGE_ROWS", 3)


def with_bad_signature(content: bytes) -> bytes:
    """Return the entry under another signature of the same length."""
    sig = parse_entry(content).sigs[0].sig.hex()
    other = "1" if sig[0] == "0" else "0"
    return content.replace(sig.encode(), (other + sig[1:]).encode())


def test_the_refilled_registry_is_the_same(
    scene: Scene, contents: list[bytes], empty: Registry
) -> None:
    original = scene.world.registry
    done: list[tuple[int, int]] = []
    expected = Checkpoint(origin=ORIGIN, size=original.size(), root=original.root())
    count = refill(empty, contents, expected=expected, progress=lambda *now: done.append(now))

    assert count == len(contents)
    assert done[-1] == (count, count)
    assert audit(empty.settings).ok


@pytest.mark.usefixtures("in_a_child")
def test_a_child_checks_the_signatures_of_page_after_page(
    contents: list[bytes], empty: Registry
) -> None:
    assert refill(empty, contents) == len(contents)
    assert audit(empty.settings).ok


@pytest.mark.usefixtures("in_a_child")
@pytest.mark.parametrize("seq", [0, 4, -1])
def test_a_child_names_the_bad_signature(contents: list[bytes], empty: Registry, seq: int) -> None:
    """The chain breaks behind it as well, unless it is the last; either way this entry's named."""
    place = seq % len(contents)
    contents[place] = with_bad_signature(contents[place])
    with pytest.raises(RefillError, match=f"entry ({place}|{place + 1}):"):
        refill(empty, contents)
    assert empty.size() == 0


@pytest.mark.usefixtures("in_a_child")
def test_the_child_s_verdict_is_the_parent_s(contents: list[bytes]) -> None:
    good, bad = parse_entry(contents[-1]), parse_entry(with_bad_signature(contents[-1]))
    with SignatureChecker(passkey_scope(parse_entry(contents[0]))) as checker:
        checker.check([good])
        checker.finish()
        checker.check([good, bad])
        with pytest.raises(ChainError, match="signature does not verify") as caught:
            checker.finish()
    assert caught.value.seq == bad.seq


@pytest.mark.usefixtures("in_a_child")
def test_a_child_that_dies_is_no_verdict(contents: list[bytes]) -> None:
    entry = parse_entry(contents[-1])
    with SignatureChecker(PasskeyScope()) as checker:
        checker.check([entry])
        checker.finish()
        kill(checker)
        checker.check([entry])
        with pytest.raises(CheckerError, match="has ended"):
            checker.finish()


def kill(checker: SignatureChecker) -> None:
    assert checker._child is not None
    checker._child.kill()
    checker._child.wait()


@pytest.mark.parametrize("page", [1, 1_024], ids=["in-another-page", "in-the-same-page"])
def test_an_order_recorded_twice_is_named(
    contents: list[bytes], empty: Registry, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE_ROWS", page)
    again, last = recorded_again(contents), len(contents) - 1
    with pytest.raises(RefillError, match=f"entry {last + 1}: its nonce was used by entry {last}"):
        refill(empty, [*contents, again])
    assert empty.size() == 0


def test_other_entries_than_expected_are_not_kept(
    scene: Scene, contents: list[bytes], empty: Registry
) -> None:
    original = scene.world.registry
    expected = Checkpoint(origin=ORIGIN, size=original.size(), root=original.root())
    with pytest.raises(RefillError, match="another root"):
        refill(empty, contents[:-1], expected=expected)
    assert empty.size() == 0


def test_a_registry_that_is_not_empty_is_left_alone(scene: Scene, contents: list[bytes]) -> None:
    with pytest.raises(RefillError, match="empty"):
        refill(scene.world.registry, contents)
