"""The second copy holds what was acknowledged, survives what may happen to it, and replaces it."""

from errno import EIO, ENOSPC
from pathlib import Path
from unittest import mock

import pytest

from contracts.refusal import Refused
from ledger import second_copy
from ledger.audit.audit import audit
from ledger.export import import_ledger
from ledger.registry import open_registry
from ledger.second_copy import FILE, SecondCopyError
from tests.ledger.test_power_cut import work
from tests.support.ledger import Scene, open_scene, pay, settings_in
from tests.support.power_cut.cuts import Cutter, Tally
from tests.support.power_cut.io_faults import Fault, opened, strike_at_every_step
from tests.support.power_cut.model import Mode
from tests.support.power_cut.recording import record


def copying(folder: Path) -> tuple[Scene, Path]:
    """Return a scene that writes a second copy, which holds all it has."""
    scene = open_scene(folder)
    scene.world.registry.close()
    settings = scene.world.registry.settings.model_copy(update={"second_copy": folder / "second"})
    scene.world.registry = open_registry(settings)
    pay(scene)
    return scene, folder / "second" / FILE


def all_of(scene: Scene) -> bytes:
    registry = scene.world.registry
    return b"".join(registry.entry_bytes(seq) + b"\n" for seq in range(registry.size()))


def reopened(scene: Scene) -> str | None:
    settings = scene.world.registry.settings
    scene.world.registry.close()
    scene.world.registry = open_registry(settings)
    return scene.world.registry.read_only_reason


def test_every_entry_is_in_the_copy_once_it_is_acknowledged(tmp_path: Path) -> None:
    scene, copy = copying(tmp_path)
    for times in (1, 3):
        pay(scene, times)
        assert copy.read_bytes() == all_of(scene)


def tear(folder: Path, stride: int) -> int:
    """Tear the last record at every so many bytes; return how often."""
    scene, copy = copying(folder)
    pay(scene)
    before = copy.read_bytes()
    ends = range(before[:-1].rfind(b"\n") + 1, len(before), stride)
    for end in ends:
        copy.write_bytes(before[:end])
        assert reopened(scene) is None
        assert copy.read_bytes() == before
    return len(ends)


def test_a_copy_that_is_torn_within_its_last_record_is_made_whole(tmp_path: Path) -> None:
    assert tear(tmp_path, 47) > 10


@pytest.mark.faults
def test_a_copy_that_is_torn_at_any_byte_of_its_last_record_is_made_whole(tmp_path: Path) -> None:
    torn = tear(tmp_path, 1)
    print(f"torn at {torn} bytes, 0 silent")
    assert torn > 700


def test_a_lost_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    scene, copy = copying(tmp_path / "first")
    pay(scene, 5)
    registry = scene.world.registry
    size, root = registry.size(), registry.root()
    registry.close()

    other = open_registry(settings_in(tmp_path / "other"))
    assert import_ledger(other, copy) == size
    assert other.root() == root
    other.close()


def test_a_ledger_that_is_older_than_its_copy_is_read_only(tmp_path: Path) -> None:
    scene, copy = copying(tmp_path)
    ledger = scene.world.registry.settings.database
    scene.world.registry.close()
    older = ledger.read_bytes()
    reopened(scene)
    pay(scene)
    scene.world.registry.close()
    ledger.write_bytes(older)
    scene.world.registry.settings.high_water.unlink()
    assert "second copy holds" in str(reopened(scene))
    assert copy.exists()


def test_a_copy_with_another_last_entry_stops_the_ledger(tmp_path: Path) -> None:
    scene, copy = copying(tmp_path)
    content = bytearray(copy.read_bytes())
    content[-40] ^= 1
    copy.write_bytes(content)
    assert reopened(scene) is not None
    with pytest.raises(Refused, match="READ_ONLY"):
        pay(scene)


def test_nothing_is_acknowledged_while_the_copy_cannot_be_written(tmp_path: Path) -> None:
    scene, copy = copying(tmp_path)
    copy.write_bytes(b"this is no entry\n")
    with pytest.raises(SecondCopyError, match="damaged"):
        pay(scene)


def test_the_audit_finds_a_bit_that_rots_in_the_copy(tmp_path: Path) -> None:
    scene, copy = copying(tmp_path)
    settings = scene.world.registry.settings
    scene.world.registry.close()
    assert audit(settings).ok
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    assert [f.what for f in audit(settings).findings] == ["is missing, or not that of the ledger"]


def cut(folder: Path) -> Tally:
    recording = record(folder, "TRUNCATE", work, second_copy=folder / "second")
    return Cutter(recording, patience=1).cut_everywhere([Mode.LOST], 1, 39)


@pytest.mark.faults
def test_the_same_cuts_see_a_copy_that_is_not_synced(tmp_path: Path) -> None:
    with mock.patch.object(second_copy, "_append", second_copy._write):
        assert cut(tmp_path).lost > 0


@pytest.mark.faults
def test_errors_and_no_space_on_the_copy_lose_and_double_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, "TRUNCATE", second_copy=tmp_path / "second") as trial:
        for error in (EIO, ENOSPC):
            strike_at_every_step(trial, Fault(at=1, error=error))
            strike_at_every_step(trial, Fault(at=1, error=error, lasting=True, done=True))
    print(trial)


@pytest.mark.faults
def test_a_power_cut_at_any_step_leaves_every_acknowledged_entry_in_both(tmp_path: Path) -> None:
    recording = record(tmp_path, "TRUNCATE", work, second_copy=tmp_path / "second")
    tally = Cutter(recording).cut_everywhere(Mode, 1, 39)
    print(tally)
    assert tally.told == []
