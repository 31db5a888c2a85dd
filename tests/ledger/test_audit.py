"""The audit: whatever is altered in a registry's folder is found and named."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.audit import AuditReport, audit
from ledger.blobs import Access, path_of, write_blob
from ledger.log.canonical import canonical, parse
from ledger.log.merkle import leaf_hash
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish.publisher import publish
from ledger.registry import open_registry
from ledger.replay.rebuild import rebuild
from ledger.settings import Settings
from tests.support import bodies
from tests.support.ledger import Scene, open_scene, settings_in

Rewrite = Callable[[sqlite3.Connection], None]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = open_scene(tmp_path)
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=50)
    scene.world.act("units.transfer", body)
    scene.world.act("units.retire", bodies.retirement(scene.buyer, quantity_kg=20))
    publish(scene.world.registry)
    scene.world.registry.close()
    return scene


def damage(
    settings: Settings, *statements: str, vault: bool = False, rewrite: Rewrite | None = None
) -> AuditReport:
    """Change the database behind the registry's back, put the triggers back, and audit."""
    with closing(sqlite3.connect(settings.vault if vault else settings.database)) as connection:
        kept = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = dict(kept.fetchall())
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        if rewrite is not None:
            rewrite(connection)
        for sql in triggers.values():
            connection.execute(sql)
        connection.commit()
    return audit(settings)


def where(report: AuditReport) -> list[str]:
    return [finding.where for finding in report.findings]


def test_an_honest_registry_has_no_findings(scene: Scene) -> None:
    settings = scene.world.registry.settings
    report = audit(settings)
    assert report.ok
    assert report.findings == ()
    assert report.first_bad_entry is None
    assert report.entries == 15
    assert report.root == scene.world.registry.root()
    assert report.signatures == 25
    assert report.supply["gross"] == 100_000
    assert report.supply["retired"] == 20


def test_nothing_checked_is_no_success(scene: Scene, tmp_path: Path) -> None:
    report = audit(scene.world.registry.settings, signatures=False)
    assert (report.ok, report.findings, report.signatures) == (False, (), 0)
    empty = audit(settings_in(tmp_path / "nowhere"))
    assert not empty.ok
    assert where(empty) == ["ledger.db", "vault.db"]


B = "BT-F-0001-20220101-20221231-01"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        pytest.param(
            "UPDATE view_row SET value = replace(value, 'holder', 'agent') "
            "WHERE key LIKE 'acct/%2'",
            "view_row acct/00000022",
            id="row-value",
        ),
        pytest.param(
            "UPDATE view_row SET seq = 1 WHERE key = 'registry'", "view_row registry", id="row-seq"
        ),
        pytest.param("DELETE FROM view_row WHERE key = 'registry'", "view_row registry", id="row"),
        pytest.param(
            "INSERT INTO view_row VALUES ('acct/X', '{}', 3)", "view_row acct/X", id="row-more"
        ),
        pytest.param(
            "UPDATE view_block SET place = 'acct/00000044' WHERE first = 15020",
            f"view_block {B}/15020",
            id="block-place",
        ),
        pytest.param(
            'UPDATE view_block SET "end" = "end" + 1 WHERE first = 15020',
            f"view_block {B}/15020",
            id="block-end",
        ),
        pytest.param(
            "UPDATE view_block SET started = '20000101' WHERE first = 0",
            f"view_block {B}/0",
            id="block-age",
        ),
        pytest.param("DELETE FROM view_block WHERE first = 0", f"view_block {B}/0", id="block"),
        pytest.param(
            "UPDATE view_supply SET quantity_kg = 1 WHERE name = 'held'",
            f"view_supply {B}/held",
            id="supply",
        ),
        pytest.param(
            "UPDATE view_supply SET quantity_kg = '100000.5' WHERE name = 'gross'",
            f"view_supply {B}/gross",
            id="supply-of-another-type",
        ),
        pytest.param(
            "UPDATE view_movement SET target = 'acct/00000044' WHERE seq = 13",
            "view_movement 13/0",
            id="movement",
        ),
        pytest.param(
            "DELETE FROM view_movement WHERE seq = 14", "view_movement 14/0", id="movement-missing"
        ),
        pytest.param(
            'INSERT INTO view_movement SELECT 99, 0, batch, first, "end", source, target '
            "FROM view_movement WHERE seq = 14",
            "view_movement",
            id="movement-more",
        ),
        pytest.param("UPDATE view_head SET at_us = 5", "view_head 1", id="head-time"),
        pytest.param("UPDATE view_head SET size = 14", "view_head 1", id="head-size"),
        pytest.param(
            "UPDATE view_head SET frontier = zeroblob(length(frontier))",
            "view_head 1",
            id="frontier",
        ),
        pytest.param(
            "INSERT INTO log_subtree VALUES (1, 0, zeroblob(32))", "log_subtree 1/0", id="subtree"
        ),
        pytest.param("UPDATE log_entry SET actor = 'x' WHERE seq = 3", "entry 3", id="actor"),
        pytest.param("UPDATE log_entry SET at_us = 1 WHERE seq = 3", "entry 3", id="time"),
        pytest.param(
            "UPDATE log_entry SET leaf_hash = zeroblob(32) WHERE seq = 3", "entry 3", id="leaf-hash"
        ),
        pytest.param(
            "UPDATE log_entry SET content = zeroblob(9) WHERE seq = 3", "entry 3", id="content"
        ),
        pytest.param(
            "UPDATE log_entry SET content = 'text' WHERE seq = 3", "log_entry 3", id="content-text"
        ),
        pytest.param("DELETE FROM log_entry WHERE seq = 3", "entry 3", id="missing-entry"),
        pytest.param("DELETE FROM log_entry WHERE seq = 14", "view_head 1", id="missing-last"),
        pytest.param("DROP INDEX view_block_place", "ledger.db view_block_place", id="index"),
        pytest.param("DROP TABLE view_supply", "ledger.db view_supply", id="table"),
        pytest.param("CREATE TABLE more (x)", "ledger.db more", id="another-table"),
    ],
)
def test_names_what_was_altered(scene: Scene, statement: str, named: str) -> None:
    report = damage(scene.world.registry.settings, statement)
    assert not report.ok
    assert named in where(report)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        pytest.param(
            "UPDATE side_org SET uscc = 'x' WHERE org = '00000022'", "side_org 00000022", id="uscc"
        ),
        pytest.param(
            "UPDATE side_org SET salt = zeroblob(32) WHERE org = '00000022'",
            "side_org 00000022",
            id="salt",
        ),
        pytest.param(
            "UPDATE side_org SET org = 'Z' WHERE org = '00000022'", "side_org Z", id="subject"
        ),
        pytest.param(
            "UPDATE side_org SET record = 'text' WHERE org = '00000022'",
            "side_org 00000022",
            id="type",
        ),
        pytest.param(
            "UPDATE side_org SET org = x'00' WHERE org = '00000022'", "side_org rowid 1", id="key"
        ),
        pytest.param("DELETE FROM side_polygon_salt", "side_polygon 00000077", id="polygon-salt"),
        pytest.param("DELETE FROM side_polygon", "side_polygon_salt 00000077", id="polygon"),
        pytest.param(
            "UPDATE side_polygon SET area_m2 = 1", "side_polygon 00000077", id="polygon-area"
        ),
        pytest.param(
            "UPDATE side_polygon SET record = zeroblob(9)", "side_polygon 00000077", id="record"
        ),
    ],
)
def test_names_private_records_that_do_not_fit(scene: Scene, statement: str, named: str) -> None:
    report = damage(scene.world.registry.settings, statement, vault=True)
    assert named in where(report)


def test_an_erased_record_is_no_finding(scene: Scene) -> None:
    report = damage(scene.world.registry.settings, "DELETE FROM side_org", vault=True)
    assert report.ok


def test_a_box_that_moved_is_found(scene: Scene) -> None:
    report = damage(
        scene.world.registry.settings, "UPDATE side_parcel_box SET max_lon = max_lon + 5"
    )
    assert "side_polygon 00000077" in where(report)


def test_a_rewritten_history_is_found_by_the_signatures_alone(scene: Scene) -> None:
    """Someone with the database rewrites one amount and every hash behind it, consistently."""
    settings = scene.world.registry.settings
    settings.high_water.unlink()
    shutil.rmtree(settings.log)
    damage(settings, rewrite=_rewrite)
    scene.world.registry = open_registry(settings)
    rebuild(scene.world.registry.writer)
    scene.world.registry.close()

    assert audit(settings, signatures=False).findings == ()
    report = audit(settings)
    assert report.first_bad_entry == 13
    assert [str(f).split(":")[0] for f in report.findings] == ["entry 13"]
    assert "does not verify" in report.findings[0].what


def _rewrite(connection: sqlite3.Connection) -> None:
    entries = connection.execute("SELECT seq, content FROM log_entry WHERE seq >= 13").fetchall()
    prev = None
    for seq, content in entries:
        entry = parse(content)
        assert isinstance(entry, dict)
        text = canonical(entry).replace(b'"quantity_kg":50', b'"quantity_kg":40')
        text = text.replace(b'"end":15050,"first":15000', b'"end":15040,"first":15000')
        if prev is not None:
            text = text.replace(str(entry["prev"]).encode(), prev.hex().encode())
        prev = leaf_hash(text)
        connection.execute(
            "UPDATE log_entry SET content = ?, leaf_hash = ? WHERE seq = ?", (text, prev, seq)
        )


def test_files_are_compared_with_their_names_and_the_log(scene: Scene) -> None:
    settings = scene.world.registry.settings
    digest = write_blob(settings.blobs, b"evidence", Access.PUBLIC)
    assert audit(settings).ok
    path_of(settings.blobs, digest, Access.PUBLIC).write_bytes(b"evidencf")
    note = (settings.log / CHECKPOINT_PATH).read_bytes()
    (settings.log / CHECKPOINT_PATH).write_bytes(note.replace(b"\n15\n", b"\n14\n"))
    settings.high_water.write_bytes(settings.high_water.read_bytes().replace(b"15", b"16"))

    assert where(audit(settings)) == [f"blob public/{digest}", "HIGH_WATER", "checkpoint"]


@pytest.mark.parametrize("length", [0, 1, 100, 4096, 5000, 50_000])
def test_a_cut_database_is_a_finding_and_no_error(scene: Scene, length: int) -> None:
    settings = scene.world.registry.settings
    os.truncate(settings.database, length)
    report = audit(settings)
    assert not report.ok
    assert report.findings


def test_a_file_that_is_no_database_is_a_finding(scene: Scene) -> None:
    settings = scene.world.registry.settings
    settings.database.write_bytes(b"not a database, but long enough to look at" * 200)
    assert not audit(settings).ok
    settings.vault.write_bytes(b"neither is this" * 500)
    assert not audit(settings).ok


def test_a_rebuild_makes_good_every_projection(scene: Scene) -> None:
    settings = scene.world.registry.settings
    report = damage(
        settings,
        "DELETE FROM view_row WHERE key LIKE 'acct/%'",
        "UPDATE view_block SET place = 'acct/X'",
        "DELETE FROM view_supply",
        "DELETE FROM view_movement WHERE seq = 13",
    )
    assert not report.ok
    registry = open_registry(settings)
    rebuild(registry.writer)
    registry.close()
    assert audit(settings).ok


def test_progress_ends_at_the_total(scene: Scene) -> None:
    seen: list[tuple[int, int]] = []
    audit(scene.world.registry.settings, progress=lambda *done: seen.append(done))
    assert seen[-1] == (15, 15)
