"""The engines, the schema and the settings: what stands between the code and the disk."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from ledger.audit.audit import audit
from ledger.audit.findings import Findings
from ledger.audit.schema import check_databases
from ledger.database import sqlite as engine_module
from ledger.database.migrations import migrate
from ledger.database.side_tables import SIDE_METADATA
from ledger.database.sqlite import (
    BUSY_TIMEOUT_MS,
    create_read_engine,
    create_write_engine,
    journal_mode,
)
from ledger.database.tables import LOG_METADATA
from ledger.registry import Registry, open_registry
from ledger.replay.rebuild import rebuild
from ledger.settings import Settings, SettingsError
from tests.support import bodies
from tests.support.ledger import entries_of, open_scene, settings_in


@pytest.mark.parametrize("name", ["main", "vault"])
def test_the_write_engine_waits_for_the_disk(tmp_path: Path, name: str) -> None:
    registry = open_registry(settings_in(tmp_path))
    with registry.writer.begin() as connection:
        pragma = {
            key: connection.exec_driver_sql(f"PRAGMA {name}.{key}").scalar_one()
            for key in ("synchronous", "journal_mode")
        }
        shared = {
            key: connection.exec_driver_sql(f"PRAGMA {key}").scalar_one()
            for key in ("busy_timeout", "foreign_keys", "trusted_schema", "cell_size_check")
        }
    assert pragma == {"synchronous": 2, "journal_mode": journal_mode().lower()}
    assert list(shared.values()) == [BUSY_TIMEOUT_MS, 1, 0, 1]


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        pytest.param((3, 40, 1), "TRUNCATE", id="debian-12"),
        pytest.param((3, 51, 2), "TRUNCATE", id="last-with-the-fault"),
        pytest.param((3, 51, 3), "WAL", id="first-without"),
    ],
)
def test_write_ahead_logging_only_where_it_is_sound(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], mode: str
) -> None:
    monkeypatch.setattr(engine_module.sqlite3, "sqlite_version_info", version)
    assert journal_mode() == mode


def test_a_transaction_holds_the_lock_from_its_first_moment(tmp_path: Path) -> None:
    registry = open_registry(settings_in(tmp_path))
    other = sqlite3.connect(registry.settings.database, timeout=0)
    with registry.writer.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_the_read_engine_cannot_write(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    with (
        scene.world.registry.reader.connect() as connection,
        pytest.raises(OperationalError, match="readonly"),
    ):
        connection.exec_driver_sql("DELETE FROM view_row")


def test_a_transaction_over_both_files_is_rolled_back_in_both(tmp_path: Path) -> None:
    registry = open_scene(tmp_path).world.registry
    counts = "SELECT (SELECT count(*) FROM view_row), (SELECT count(*) FROM vault.side_org)"
    with registry.writer.begin() as connection:
        before = connection.exec_driver_sql(counts).one()
    with pytest.raises(ZeroDivisionError):
        delete_and_fail(registry)
    with registry.writer.begin() as connection:
        assert connection.exec_driver_sql(counts).one() == before


def delete_and_fail(registry: Registry) -> None:
    with registry.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM view_row")
        connection.exec_driver_sql("DELETE FROM vault.side_org")
        raise ZeroDivisionError


def test_migrations_make_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    engine = create_write_engine(tmp_path / "ledger.db", tmp_path / "vault.db")
    with engine.begin() as connection:
        migrate(connection)
        migrate(connection)
        for metadata in (LOG_METADATA, SIDE_METADATA):
            for table in metadata.sorted_tables:
                info = f"PRAGMA {table.schema or 'main'}.table_info({table.name})"
                columns = connection.exec_driver_sql(info).all()
                made = {row[1]: (row[2], bool(row[3]), bool(row[5])) for row in columns}
                declared = {
                    c.name: (c.type.compile(engine.dialect), not c.nullable, c.primary_key)
                    for c in table.columns
                }
                assert made == declared
    engine.dispose()


def test_opening_again_and_rebuilding_leave_the_same_schema(tmp_path: Path) -> None:
    registry = open_scene(tmp_path).world.registry
    rebuild(registry.writer)
    rebuild(registry.writer)
    registry.close()
    registry = open_registry(registry.settings)
    findings = Findings()
    engine = create_read_engine(registry.settings.database, registry.settings.vault)
    with engine.connect() as connection:
        check_databases(connection, registry.settings, findings)
    engine.dispose()
    assert findings.items == []


def test_private_files_are_for_the_owner_only(tmp_path: Path) -> None:
    settings = open_registry(settings_in(tmp_path)).settings
    assert settings.vault.stat().st_mode & 0o077 == 0
    assert settings.keys.stat().st_mode & 0o077 == 0


def test_settings_come_from_the_environment_and_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SINKLEDGER_DATA", str(tmp_path / "d"))
    monkeypatch.setenv("SINKLEDGER_KEYS", str(tmp_path / "k"))
    settings = Settings()
    assert settings.database == tmp_path / "d" / "ledger.db"
    assert settings.vault == tmp_path / "d" / "vault.db"
    assert settings.high_water == tmp_path / "k" / "HIGH_WATER"
    with pytest.raises(ValidationError):
        settings.data = tmp_path  # type: ignore[misc] # that is the point


def test_another_kind_of_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/other.db"
    assert Settings(database_url=url).database == tmp_path / "other.db"
    with pytest.raises(SettingsError, match="sqlite"):
        _ = Settings(database_url="postgresql://host/name").database


def test_threads_of_one_process_record_one_after_the_other(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    before = scene.world.registry.size()
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    orders = [scene.world.signed("units.transfer", body) for _ in range(40)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(scene.world.submit, orders))
    assert len(entries_of([one for (one,) in answers])) == 40
    assert scene.world.registry.size() == before + 40
    assert audit(scene.world.registry.settings).ok
