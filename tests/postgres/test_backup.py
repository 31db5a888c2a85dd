"""A backup of PostgreSQL: proven in an empty database, and brought up to what was published."""

from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.audit import audit
from ledger.backup import database
from ledger.backup.create import create_backup
from ledger.backup.restore import restore_and_catch_up, verify_backup
from ledger.fetching import static_log
from ledger.log.policy import Policy
from ledger.publish.publisher import publish
from ledger.registry import open_registry
from ledger.settings import Settings
from tests.support.ledger import LOG_KEY, Scene, pay
from tests.support.postgres import Cluster

NOW_US = 1_790_000_000_000_000


def test_a_backup_is_verified_restored_and_caught_up(
    postgres: Cluster, scene: Scene, database_url: str, tmp_path: Path
) -> None:
    original = scene.world.registry
    pay(scene, 5)
    backup, _ = create_backup(original.settings, tmp_path / "backups", now_us=NOW_US)
    pay(scene, 2)
    publish(original)
    assert verify_backup(backup, tmp_path, database_url=database_url).ok

    with postgres.database() as url:
        changed = {"data": tmp_path / "new", "database_url": url}
        new = original.settings.model_copy(update=changed)
        with static_log(str(original.settings.log)) as fetch:
            restore_and_catch_up(backup, new, fetch, Policy.of_keys([LOG_KEY.vkey]))
        assert audit(new).ok
        with closing(open_registry(new)) as registry:
            assert registry.read_only_reason is None
            assert (registry.size(), registry.root()) == (original.size(), original.root())


def test_a_password_is_not_shown_among_the_machine_s_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, said = tmp_path / "pg_restore", tmp_path / "said"
    program.write_text(f'#!/bin/sh\necho "$@" "/ $PGPASSWORD" > {said}\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    url = "postgresql://node:hunter2@db1,db2/ledger"
    database.put_back(tmp_path, Settings(data=tmp_path, database_url=url))
    shown, _, hidden = said.read_text().partition(" / ")
    assert "hunter2" not in shown
    assert "host=db1,db2" in shown
    assert hidden.strip() == "hunter2"
