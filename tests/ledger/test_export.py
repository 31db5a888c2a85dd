"""Export and import: the same bytes there and back, and nothing that was not decided."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.audit.audit import audit
from ledger.export import LedgerFileError, export_ledger, import_ledger
from ledger.log.canonical import canonical, parse
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.log.verify import EXIT_HOLDS
from ledger.log.verify import main as verify_main
from ledger.publish.publisher import publish
from ledger.registry import open_registry
from tests.support import bodies
from tests.support.ledger import LOG_KEY, Scene, open_scene, open_world

Change = Callable[[list[bytes]], list[bytes]]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = open_scene(tmp_path / "world")
    for kg in (50, 60):
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=kg)
        scene.world.act("units.transfer", body)
    scene.world.act("units.retire", bodies.retirement(scene.buyer, quantity_kg=70))
    return scene


def test_a_machine_takes_back_all_that_its_marks_know_and_nothing_less(
    scene: Scene, tmp_path: Path
) -> None:
    """Its data is lost, its keys and marks are not: what it once had must come with the file."""
    old, whole, less = scene.world.registry, tmp_path / "whole", tmp_path / "less"
    size = export_ledger(old, whole)
    less.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:-1]))
    publish(old)
    old.close()
    new = open_registry(old.settings.model_copy(update={"data": tmp_path / "new"}))

    with pytest.raises(LedgerFileError, match=f"has {size - 1} entries but once had {size}"):
        import_ledger(new, less)
    assert new.size() == 0
    assert import_ledger(new, whole) == size
    assert new.read_only_reason is None


def test_export_and_import_give_back_the_same_bytes(scene: Scene, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    count = export_ledger(scene.world.registry, first)
    other = open_world(tmp_path / "other").registry

    assert import_ledger(other, first) == count == scene.world.registry.size()
    assert export_ledger(other, second) == count

    assert second.read_bytes() == first.read_bytes()
    assert other.root() == scene.world.registry.root()
    assert audit(other.settings).ok
    assert other.books().supply() == scene.world.registry.books().supply()


def test_an_imported_registry_goes_on(scene: Scene, tmp_path: Path) -> None:
    export_ledger(scene.world.registry, tmp_path / "ledger.jsonl")
    other = open_world(tmp_path / "other").registry
    import_ledger(other, tmp_path / "ledger.jsonl")
    scene.world.registry = other
    body = bodies.transfer(scene.buyer, scene.owner, quantity_kg=40)
    scene.world.act("units.transfer", body)
    assert audit(other.settings).ok


def test_the_auditor_s_own_command_accepts_an_export(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ledger.jsonl"
    publish(scene.world.registry)
    export_ledger(scene.world.registry, path)
    checkpoint = scene.world.registry.settings.log / CHECKPOINT_PATH
    given = [str(path), "--checkpoint", str(checkpoint), "--vkey", LOG_KEY.vkey.to_text()]
    assert verify_main(given) == EXIT_HOLDS
    assert "holds" in capsys.readouterr().out


def test_progress_ends_at_the_total(scene: Scene, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    export_ledger(scene.world.registry, tmp_path / "x", lambda *done: seen.append(done))
    assert seen[-1] == (scene.world.registry.size(),) * 2


def other_outcome(lines: list[bytes]) -> list[bytes]:
    order, marker, outcome = lines[-1].partition(b'"outcome"')
    changed = outcome.replace(b'"quantity_kg":70', b'"quantity_kg":71')
    return [*lines[:-1], order + marker + changed]


def other_signature(lines: list[bytes]) -> list[bytes]:
    entry = parse(lines[-1])
    entry["sigs"][0]["sig"] = "00" * 64  # type: ignore[index,call-overload] # JSON
    return [*lines[:-1], canonical(entry)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(other_outcome, "what the rules yield", id="outcome"),
        pytest.param(other_signature, "signature does not verify", id="signature"),
        pytest.param(lambda lines: lines[1:], "entry 0", id="without-entry-0"),
        pytest.param(lambda lines: [*lines[:5], *lines[6:]], "entry 5", id="one-missing"),
        pytest.param(lambda lines: [*lines, lines[-1]], "seq is", id="one-twice"),
        pytest.param(lambda lines: [*lines[:-1], lines[-1][:-9]], "brackets", id="cut-short"),
        pytest.param(lambda lines: [*lines[:-1], b" " + lines[-1]], "canonical", id="a-space"),
    ],
)
def test_a_bad_file_leaves_the_registry_empty(
    scene: Scene, tmp_path: Path, change: Change, reason: str
) -> None:
    path = tmp_path / "ledger.jsonl"
    export_ledger(scene.world.registry, path)
    path.write_bytes(b"\n".join(change(path.read_bytes().splitlines())) + b"\n")
    other = open_world(tmp_path / "other").registry

    with pytest.raises(LedgerFileError, match=reason):
        import_ledger(other, path)

    assert other.size() == 0
    assert other.books().row("registry") is None


def test_only_an_empty_registry_is_filled(scene: Scene, tmp_path: Path) -> None:
    export_ledger(scene.world.registry, tmp_path / "x")
    with pytest.raises(LedgerFileError, match="empty"):
        import_ledger(scene.world.registry, tmp_path / "x")
