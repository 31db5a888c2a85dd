"""The stored books: right pages, and every question answered from an index."""

from pathlib import Path

import pytest
from sqlalchemy import Select, select

from ledger.books.projection import StoredBooks
from ledger.database.asked import LIMIT, beside, blocks_of, first_in_places, one_of, values_of
from ledger.database.tables import log_entry, view_row
from tests.support import bodies
from tests.support.ledger import Scene, open_scene

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = open_scene(tmp_path)
    for quantity_kg in (5, 6, 7):
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
        scene.world.act("units.transfer", body)
    return scene


def test_rows_come_in_pages_by_key(scene: Scene) -> None:
    books = scene.world.registry.books()
    everything = books.rows_under("acct/")
    assert len(everything) == 5
    paged, after = [], ""
    while page := books.rows_under("acct/", after=after, limit=2):
        paged.extend(page)
        after = page[-1][0]
    assert paged == everything
    assert all(key.startswith("acct/") for key, _ in everything)


def test_any_number_of_rows_is_one_question(scene: Scene) -> None:
    keys = [f"acct/{number}" for number in range(50_000)]
    found = scene.world.registry.books().rows([*keys, "registry"])
    assert list(found) == ["registry"]


def test_supply_is_summed_over_batches(scene: Scene) -> None:
    validator = next(
        key.removeprefix("acct/")
        for key, row in scene.world.registry.books().rows_under("acct/")
        if row["type"] == "validator"
    )
    scene.world.register_project(scene.third, validator, "0002")
    batch = scene.world.issue(scene.third, scene.verifier, "0002", 2_000)
    books = scene.world.registry.books()
    assert books.supply(batch) == {"buffer": 300, "gross": 2_000, "held": 1_700}
    assert books.supply() == {"buffer": 15_300, "gross": 102_000, "held": 86_700}


@pytest.mark.parametrize("either_database", ["sqlite"], indirect=True)
def test_every_question_is_answered_from_an_index(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Select[tuple[object, ...]]] = [
        select(table).where(one_of("sqlite", column)).params(values_of("sqlite", ["a"]))
        for table, column in ((view_row, view_row.c.key), (log_entry, log_entry.c.nonce))
    ]
    real = StoredBooks._blocks

    def noted(books: StoredBooks, statement: Select[tuple[object, ...]]) -> object:
        asked.append(statement)
        return real(books, statement)

    monkeypatch.setattr(StoredBooks, "_blocks", noted)
    books, place = scene.world.registry.books(), f"acct/{scene.owner}"
    blocks = books.blocks(scene.batch, 3, 9)
    books.page_in_place(place)
    books.page_in_place(place, after=blocks[0])
    found = books.first_in_places([place], 4)
    asked.append(first_in_places("sqlite").params({**values_of("sqlite", [place]), LIMIT: 4}))
    asked.append(beside("sqlite").params(blocks_of("sqlite", found)))

    for statement in asked:
        for step in plan(scene, statement):
            assert "TEMP B-TREE" not in step, statement
            assert not step.startswith("SCAN view_"), statement
            assert not step.startswith("SCAN log_"), statement


def plan(scene: Scene, statement: Select[tuple[object, ...]]) -> list[str]:
    """Return the steps by which SQLite answers a statement."""
    options = {"literal_binds": True, "render_postcompile": True}
    reader = scene.world.registry.reader
    sql = str(statement.compile(reader, compile_kwargs=options))
    with reader.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
