"""A registry on PostgreSQL: the same answers, the same bytes, and an audit that sees faults."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, text

from ledger.audit.audit import audit
from ledger.export import export_ledger, import_ledger
from ledger.registry import open_registry
from ledger.replay.rebuild import rebuild
from tests.support.ledger import Scene, pay, place, settings_in

SABOTAGE = (
    ("UPDATE view_row SET value = '{}' WHERE key = 'registry'", "view_row registry"),
    ("UPDATE view_supply SET quantity_kg = quantity_kg + 1 WHERE name = 'held'", "view_supply"),
    ("ALTER TABLE log_entry DISABLE TRIGGER log_entry_refuses_update", "log_entry"),
    (
        "CREATE OR REPLACE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql "
        "AS $$BEGIN RETURN NULL; END$$",
        "log_entry",
    ),
    ('ALTER TABLE view_row ALTER COLUMN key TYPE text COLLATE "und-x-icu"', "view_row"),
    ("DROP INDEX view_block_place", "view_block"),
    ("DELETE FROM vault.side_polygon", "side_polygon_salt"),
    ("UPDATE side_parcel_box SET max_lon = max_lon + 1", "side_polygon"),
)


def run(scene: Scene, statement: str) -> None:
    """Do as whoever owns the database could."""
    url = scene.world.registry.settings.database_url
    assert url is not None
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def test_both_databases_hold_the_same_log(scene: Scene, tmp_path: Path) -> None:
    """What one has recorded, the other decides again, to the same bytes and the same rows."""
    pay(scene, 3)
    export_ledger(scene.world.registry, tmp_path / "all")
    for folder, cluster in (("file", None), ("database", place.cluster)):
        place.cluster = cluster
        place.prepare(tmp_path / folder)
        other = open_registry(settings_in(tmp_path / folder))
        assert import_ledger(other, tmp_path / "all") == scene.world.registry.size()
        assert other.root() == scene.world.registry.root()
        assert other.books().supply() == scene.world.registry.books().supply()
        assert audit(other.settings).ok


def test_projections_are_made_anew_while_readers_read(scene: Scene) -> None:
    registry = scene.world.registry
    pay(scene, 3)
    before = registry.books().supply()
    with registry.reader.connect() as reading:
        assert reading.execute(text("SELECT count(*) FROM view_row")).scalar_one() > 0
        for _ in range(2):
            rebuild(registry.writer)
    pay(scene)
    assert registry.books().supply() == before
    assert audit(registry.settings).ok
    names = [index["name"] for index in inspect(registry.reader).get_indexes("view_block")]
    assert names == ["view_block_place"]


def test_the_log_refuses_to_change_or_lose_a_row(scene: Scene) -> None:
    for change in (
        "UPDATE log_entry SET at_us = 1",
        "DELETE FROM log_entry",
        "TRUNCATE log_entry",
        "DELETE FROM log_subtree WHERE false",
        "INSERT INTO log_entry SELECT * FROM log_entry "
        "ON CONFLICT (seq) DO UPDATE SET at_us = excluded.at_us",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only grows"):
            run(scene, change)
    assert audit(scene.world.registry.settings).ok


@pytest.mark.parametrize(("statement", "where"), SABOTAGE)
def test_the_audit_names_what_an_owner_changed(scene: Scene, statement: str, where: str) -> None:
    run(scene, statement)
    report = audit(scene.world.registry.settings)
    assert not report.ok
    assert any(finding.where.startswith(where) for finding in report.findings), report.findings


def test_a_registry_opens_again_where_it_was(scene: Scene) -> None:
    size = scene.world.registry.size()
    scene.world.registry.close()
    again = open_registry(scene.world.registry.settings)
    assert (again.size(), again.read_only_reason) == (size, None)
