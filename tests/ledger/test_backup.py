"""A backup is taken while others write, is seen to be damaged, and gives the registry back."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from unittest import mock

import pytest

from ledger.audit.audit import audit
from ledger.backup import database
from ledger.backup.contents import BackupError
from ledger.backup.create import create_backup, prune
from ledger.backup.restore import (
    restore_and_catch_up,
    restore_backup,
    restore_keys,
    verify_backup,
)
from ledger.fetching import static_log
from ledger.log.policy import Policy
from ledger.publish.publisher import publish
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support.children import Report, fork
from tests.support.ledger import LOG_KEY, Scene, open_scene, pay

POLICY = Policy.of_keys([LOG_KEY.vkey])
NOW_US = 1_790_000_000_000_000
SECOND_US = 1_000_000


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """More than one bundle published, and some entries that are not."""
    scene = open_scene(tmp_path / "world")
    publish(scene.world.registry)
    pay(scene, 300)
    publish(scene.world.registry)
    pay(scene, 3)
    return scene


def on_this_machine(scene: Scene, folder: Path) -> Settings:
    """Return settings of an empty data folder on the machine whose keys and marks are these."""
    return scene.world.registry.settings.model_copy(update={"data": folder})


def entries(registry: Registry) -> list[bytes]:
    return [registry.entry_bytes(seq) for seq in range(registry.size())]


def taken(scene: Scene, folder: Path, second: int = 0) -> Path:
    settings = scene.world.registry.settings
    return create_backup(settings, folder, now_us=NOW_US + second * SECOND_US)[0]


def test_what_is_restored_is_what_was_backed_up(scene: Scene, tmp_path: Path) -> None:
    original = scene.world.registry
    backup = taken(scene, tmp_path / "backups")

    again = on_this_machine(scene, tmp_path / "again")
    assert restore_backup(backup, again).size == original.size()
    assert audit(again).ok
    with closing(open_registry(again)) as registry:
        assert registry.read_only_reason is None
        assert entries(registry) == entries(original)
        assert registry.checkpoint() == original.checkpoint()
    old, new = (one.log / "checkpoint" for one in (original.settings, again))
    assert old.stat().st_mtime_ns // 1_000 == new.stat().st_mtime_ns // 1_000


def test_only_its_owner_reads_a_backup_and_no_key_or_mark_is_in_it(
    scene: Scene, tmp_path: Path
) -> None:
    backup = taken(scene, tmp_path / "backups")
    files = [path for path in backup.rglob("*") if path.is_file()]
    seed = LOG_KEY.to_text().encode()
    assert {path.stat().st_mode & 0o077 for path in [backup, *files]} == {0}
    assert not [path for path in files if seed in path.read_bytes() or "MARK" in path.name]


def test_keys_travel_only_when_asked_for_and_marks_never(scene: Scene, tmp_path: Path) -> None:
    settings = scene.world.registry.settings
    plain = taken(scene, tmp_path / "backups")
    with pytest.raises(BackupError, match="holds no keys"):
        restore_keys(plain, tmp_path / "keys")

    backup, _ = create_backup(settings, tmp_path / "with", now_us=NOW_US, with_keys=True)
    assert restore_keys(backup, tmp_path / "keys") == ["log.skey"]
    restored = tmp_path / "keys" / "log.skey"
    assert restored.read_bytes() == (settings.keys / "log.skey").read_bytes()
    assert restored.stat().st_mode & 0o077 == 0


def open_accounts(settings: Settings, scene: Scene) -> Callable[[Report], None]:
    """Return what goes on recording organisations, whose records lie in the second file."""

    def work(report: Report) -> None:
        scene.world.registry = open_registry(settings)
        number = 0
        while True:
            scene.world.open_account(f"more-{number}")
            number += 1
            report(number)

    return work


def organisations(backup: Path, name: str) -> int:
    """Count the organisations that a file of a backup knows."""
    asked = {
        "ledger.db": "SELECT count(*) FROM view_row WHERE key LIKE 'org/0%'",
        "vault.db": "SELECT count(*) FROM side_org",
    }
    with closing(sqlite3.connect(backup / name)) as connection:
        (count,) = connection.execute(asked[name]).fetchone()
    return int(count)


def backups_while_writing(folder: Path, times: int) -> list[int]:
    """Take backups beside a process that writes, and verify each; return their sizes."""
    scene = open_scene(folder / "world")
    settings = scene.world.registry.settings
    scene.world.registry.close()  # SQLite connections must not cross a fork
    child = fork(open_accounts(settings, scene))
    sizes = []
    try:
        for number in range(times):
            now_us = NOW_US + number * SECOND_US
            backup, about = create_backup(settings, folder / "backups", now_us=now_us)
            report = verify_backup(backup, folder)
            assert report.ok, report.findings
            assert organisations(backup, "ledger.db") == organisations(backup, "vault.db")
            sizes.append(about.size)
    finally:
        child.kill()
        child.reports()
    return sizes


def test_backups_beside_a_writer_hold_one_moment(tmp_path: Path) -> None:
    sizes = backups_while_writing(tmp_path, 4)
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 1, "nothing was written meanwhile"


def copied_apart(settings: Settings, folder: Path) -> None:
    """Copy the two files one after the other, as a script of an evening would."""
    for source, name in ((settings.vault, "vault.db"), (settings.database, "ledger.db")):
        before = settings.database.stat().st_mtime_ns
        with (
            closing(sqlite3.connect(source)) as reading,
            closing(sqlite3.connect(folder / name)) as copy,
        ):
            reading.backup(copy)
        while name == "vault.db" and settings.database.stat().st_mtime_ns == before:
            pass


def test_the_same_test_sees_databases_that_are_copied_apart(tmp_path: Path) -> None:
    wrong = mock.patch.object(database, "_copy_sqlite", copied_apart)
    with wrong, pytest.raises((AssertionError, BackupError)):
        backups_while_writing(tmp_path, 4)


def test_every_damage_to_a_backup_is_seen(scene: Scene, tmp_path: Path) -> None:
    backup, random = taken(scene, tmp_path / "backups"), Random(48)
    files = sorted(path for path in backup.rglob("*") if path.is_file())
    seen = 0
    for path in files:
        whole = path.read_bytes()
        for _ in range(12):
            bit = random.randrange(8 * len(whole))
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            with pytest.raises(BackupError):
                restore_backup(backup, on_this_machine(scene, tmp_path / "again"))
            seen += 1
        path.unlink()
        with pytest.raises(BackupError):
            restore_backup(backup, on_this_machine(scene, tmp_path / "again"))
        path.write_bytes(whole)
    (backup / "more").touch()
    with pytest.raises(BackupError, match="not what was backed up"):
        restore_backup(backup, on_this_machine(scene, tmp_path / "again"))
    assert seen == 12 * len(files)
    assert not (tmp_path / "again").exists()


def test_an_old_backup_is_read_only_until_it_has_caught_up(scene: Scene, tmp_path: Path) -> None:
    world = scene.world
    backup = taken(scene, tmp_path / "backups")
    world.open_account("later")
    pay(scene, 40)
    publish(world.registry)
    original, static = world.registry, str(world.registry.settings.log)

    old = on_this_machine(scene, tmp_path / "old")
    restore_backup(backup, old)
    with closing(open_registry(old)) as registry:
        assert "an old copy was restored" in str(registry.read_only_reason)

    new = on_this_machine(scene, tmp_path / "new")
    with static_log(static) as fetch:
        restore_and_catch_up(backup, new, fetch, POLICY)
    assert audit(new).ok
    world.registry = open_registry(new)
    assert world.registry.read_only_reason is None
    assert entries(world.registry) == entries(original)
    pay(scene)
    publish(world.registry)
    # The vault came from the backup: whoever opened an account later is not in it.
    assert world.registry.size() == original.size() + 1


def test_a_static_log_that_knows_less_than_the_backup_is_refused(
    scene: Scene, tmp_path: Path
) -> None:
    backup = taken(scene, tmp_path / "backups")
    settings = on_this_machine(scene, tmp_path / "new")
    refused = pytest.raises(BackupError, match="the backup has 316 entries, here are 313")
    with static_log(str(scene.world.registry.settings.log)) as fetch, refused:
        restore_and_catch_up(backup, settings, fetch, POLICY)


def test_a_backup_is_not_restored_over_a_registry(scene: Scene, tmp_path: Path) -> None:
    backup = taken(scene, tmp_path / "backups")
    with pytest.raises(BackupError, match="holds a registry already"):
        restore_backup(backup, scene.world.registry.settings)


def test_the_newest_backups_are_kept(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = [taken(scene, folder, second) for second in range(3)]
    (folder / "notes").mkdir()
    assert prune(folder, 2) == made[:1]
    assert sorted(folder.iterdir()) == [*made[1:], folder / "notes"]


def test_a_backup_that_failed_leaves_nothing(scene: Scene, tmp_path: Path) -> None:
    failing = mock.patch("ledger.backup.create.dump", side_effect=OSError(28, "full"))
    with failing, pytest.raises(OSError, match="full"):
        taken(scene, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
