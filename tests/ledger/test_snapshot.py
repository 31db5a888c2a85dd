"""Snapshots: a state in a file that its root names, and an audit that begins there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.audit.from_snapshot import SnapshotReport, audit_from_snapshot
from ledger.log.entry import parse_entry
from ledger.replay.replay import ReplayState
from ledger.state.fold import root_of
from ledger.state.snapshot import SUFFIX, SnapshotError, read_snapshot, write_snapshot
from ledger.state.store import StateStore
from tests.ledger.test_audit_state import commit, trade
from tests.support.ledger import Scene, open_scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path)


def entries_of(scene: Scene) -> list[bytes]:
    registry = scene.world.registry
    return [registry.entry_bytes(seq) for seq in range(registry.size())]


def snapshot(scene: Scene, folder: Path) -> Path:
    """Commit the state and write it."""
    store = StateStore(folder / "state.db")
    store.catch_up(scene.world.registry)
    commit(scene)
    path = write_snapshot(store, folder / "snapshots")
    store.close()
    return path


def audited(path: Path, entries: list[bytes]) -> SnapshotReport:
    return audit_from_snapshot(path, lambda: entries)


def test_is_named_by_its_root_and_read_back(scene: Scene, tmp_path: Path) -> None:
    trade(scene, 20)
    size = scene.world.registry.size()
    path = snapshot(scene, tmp_path)
    head, books = read_snapshot(path)
    state = ReplayState()
    for content in entries_of(scene)[:size]:
        state.take(parse_entry(content))
    assert head.through == size - 1
    assert path.name == f"{root_of(state.books).hex()}{SUFFIX}"
    assert books.rows == state.books.rows
    assert list(books.all_blocks()) == list(state.books.all_blocks())


def test_an_audit_begins_there_and_decides_what_came_after(scene: Scene, tmp_path: Path) -> None:
    trade(scene, 20)
    path = snapshot(scene, tmp_path)
    for quantity_kg in (5, 40):
        trade(scene, quantity_kg)
    commit(scene)
    entries = entries_of(scene)
    report = audited(path, entries)
    assert report.findings == ()
    assert report.ok
    assert report.root == scene.world.registry.root()
    assert report.replayed == 6
    assert report.committed_seq == len(entries) - 6


def test_finds_a_wrong_order_and_a_wrong_commitment_after_it(scene: Scene, tmp_path: Path) -> None:
    path = snapshot(scene, tmp_path)
    trade(scene, 20)
    wrong = commit(scene, root="00" * 32)
    report = audited(path, entries_of(scene))
    assert [finding.where for finding in report.findings] == [f"entry {wrong.seq}"]
    entries = entries_of(scene)
    entries[wrong.seq - 1] = entries[wrong.seq - 1].replace(b'"retired/', b'"cancelled/')
    assert not audited(path, entries).ok


def test_a_snapshot_that_the_log_does_not_commit_is_no_beginning(
    scene: Scene, tmp_path: Path
) -> None:
    store = StateStore(tmp_path / "state.db")
    store.catch_up(scene.world.registry)
    path = write_snapshot(store, tmp_path)
    trade(scene, 20)
    report = audited(path, entries_of(scene))
    assert not report.ok
    assert report.committed_seq is None
    assert not audited(path, entries_of(scene)[:3]).ok


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data.replace(b'"dual_control":false', b'"dual_control":true', 1)),
        pytest.param(lambda data: data[: data.rindex(b'{"key"')]),
        pytest.param(lambda data: data + b'{"key":"zzz","value":{}}\n'),
        pytest.param(lambda data: data + data.splitlines(keepends=True)[-1]),
        pytest.param(lambda data: data.replace(b'"end":', b'"end": ', 1)),
        pytest.param(lambda data: data.replace(b'"through":', b'"thorough":', 1)),
        pytest.param(lambda data: b"[]\n" + data),
        pytest.param(lambda data: b""),
    ],
)
def test_a_changed_snapshot_is_refused(
    scene: Scene, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = snapshot(scene, tmp_path)
    data = path.read_bytes()
    assert change(data) != data
    path.write_bytes(change(data))
    with pytest.raises(SnapshotError):
        read_snapshot(path)
