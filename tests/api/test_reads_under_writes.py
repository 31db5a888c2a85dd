"""Every list, page and total equals the log replayed to the size that the answer names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger import store
from ledger.books.projection import StoredBooks
from ledger.books.reading import Reading
from ledger.history import History
from ledger.registry import Registry
from tests.support.ledger import Scene, open_scene
from tests.support.reads_under_writes import compare, scene_with_two_batches
from tests.support.service import Service

Wrong = tuple[type, str, Callable[..., Any]]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = open_scene(tmp_path)
    scene_with_two_batches(scene)
    yield scene
    scene.world.registry.close()


def test_every_answer_is_the_log_replayed_to_the_size_it_names(scene: Scene) -> None:
    assert compare(scene, seed=1, questions=500) > 50


@pytest.mark.faults
@pytest.mark.parametrize("seed", [2, 3])
def test_ten_thousand_answers_are_the_log_replayed(scene: Scene, seed: int) -> None:
    assert compare(scene, seed=seed, questions=5_000) > 500


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4, 8))
def test_twenty_thousand_answers_are_the_log_replayed(scene: Scene, seed: int) -> None:
    assert compare(scene, seed=seed, questions=5_000) > 500


def _page_from_the_start(books: StoredBooks, batch: str, *, first: int, limit: int) -> Any:
    del first
    return _page_of_batch(books, batch, first=0, limit=limit)


def _rows_from_the_start(books: StoredBooks, prefix: str, *, after: str = "", limit: int) -> Any:
    del after
    return _rows_under(books, prefix, limit=limit)


def _blocks_from_zero(books: StoredBooks, batch: str, first: int, end: int) -> Any:
    del first
    return _blocks(books, batch, 0, end)


def _life_from_zero(history: History, batch: str, first: int, end: int, **asked: Any) -> Any:
    del first
    return _of_units(history, batch, 0, end, **asked)


def _supply_of_all(books: StoredBooks, batch: str | None = None) -> Any:
    del batch
    return _supply(books)


def _movements_of_the_next(history: History, seq: int) -> Any:
    return _of_entry(history, seq + 1)


@contextmanager
def _each_statement_by_itself(registry: Registry) -> Iterator[Reading]:
    with registry.reader.connect() as connection:
        head = store.read_head(connection)
    history = History(connect=registry.reader.connect)
    yield Reading(head=head, books=registry.books(), history=history)


_page_of_batch, _rows_under = StoredBooks.page_of_batch, StoredBooks.rows_under
_blocks, _supply = StoredBooks.blocks, StoredBooks.supply
_of_units, _of_entry = History.of_units, History.of_entry

WRONG = [
    pytest.param((StoredBooks, "page_of_batch", _page_from_the_start), id="page-of-blocks"),
    pytest.param((StoredBooks, "rows_under", _rows_from_the_start), id="page-of-rows"),
    pytest.param((StoredBooks, "blocks", _blocks_from_zero), id="blocks-of-a-range"),
    pytest.param((StoredBooks, "supply", _supply_of_all), id="supply-of-a-batch"),
    pytest.param((History, "of_units", _life_from_zero), id="life-of-units"),
    pytest.param((History, "of_entry", _movements_of_the_next), id="movements-of-an-entry"),
    pytest.param((Registry, "reading", _each_statement_by_itself), id="several-moments"),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_query_without_one_of_its_conditions_is_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, wrong: Wrong
) -> None:
    owner, name, replaced = wrong
    monkeypatch.setattr(owner, name, replaced)

    with pytest.raises(AssertionError):
        compare(scene, seed=4, questions=2_000)


def test_a_client_is_never_told_of_an_earlier_moment_than_it_has_seen(scene: Scene) -> None:
    service = Service.on(scene.world.registry, scene.world.now_us)
    ask = partial(service.client.get, "/v1/supply")
    seen = int(ask().headers["Ledger-Head"].split()[0])

    assert ask(headers={"Ledger-At-Least": str(seen)}).status_code == 200
    behind = ask(headers={"Ledger-At-Least": str(seen + 1)})

    assert behind.status_code == 412
    assert behind.headers["Retry-After"]
    assert behind.json()["title"] == "behind"
    assert ask(headers={"Ledger-At-Least": "-1"}).status_code == 422
    service.client.close()
