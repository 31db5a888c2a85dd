"""The overlay of a batch: what books in memory say, however much of the stored ones was loaded."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert

from contracts.books import Block, BlocksError, MemoryBooks
from contracts.values import ISSUE, Movement, Row
from ledger.books import overlay as overlay_module
from ledger.books.hints import Wanted
from ledger.books.overlay import Overlay
from ledger.books.projection import StoredBooks
from ledger.books.writing import block_values, write_changes
from ledger.database.migrations import migrate
from ledger.database.sqlite import create_write_engine
from ledger.database.tables import view_block, view_row, view_supply
from ledger.replay.rebuild import create_projections

BATCHES = ("BT-F-0001-20220101-20221231-01", "BT-F-0002-20210101-20211231-01")
PLACES = ("acct/A", "acct/B", "acct/C")
UNITS = 40

wanted = st.dictionaries(
    st.sampled_from(PLACES), st.builds(Wanted, st.integers(1, 3), st.integers(0, 3 * UNITS))
)
named = st.lists(
    st.tuples(st.sampled_from(BATCHES), st.integers(0, UNITS), st.integers(1, 2 * UNITS))
)
cuts = st.lists(st.tuples(st.integers(1, UNITS - 1), st.sampled_from(PLACES)), max_size=8)
moves = st.lists(
    st.tuples(
        st.sampled_from(BATCHES),
        st.integers(0, UNITS - 1),
        st.integers(1, UNITS),
        st.sampled_from(PLACES),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("overlay")
    engine = create_write_engine(folder / "ledger.db", folder / "vault.db")
    with engine.begin() as connection:
        migrate(connection)
        create_projections(connection)
    return engine


def start_books(parts: dict[str, list[tuple[int, str]]]) -> MemoryBooks:
    """Return books in which each batch is cut at some units, each part in some place."""
    books = MemoryBooks()
    for batch, cut_at in parts.items():
        books.apply([Movement(batch, 0, UNITS, ISSUE, PLACES[0])], [])
        for first, place in cut_at:
            move(books, batch, first, UNITS, place)
    return books


def move(books: MemoryBooks | Overlay, batch: str, first: int, end: int, target: str) -> None:
    """Move whatever lies in [first, end) to a place."""
    movements = [
        Movement(batch, max(block.first, first), min(block.end, end), block.place, target)
        for block in books.blocks(batch, first, end)
        if block.place != target
    ]
    if isinstance(books, Overlay):
        books.apply(movements, [], 0)
    else:
        books.apply(movements, [])


@given(parts=st.fixed_dictionaries(dict.fromkeys(BATCHES, cuts)), moved=moves, data=st.data())
def test_says_what_books_in_memory_say(
    engine: Engine,
    parts: dict[str, list[tuple[int, str]]],
    moved: list[tuple[str, int, int, str]],
    data: st.DataObject,
) -> None:
    memory = start_books(parts)
    with engine.begin() as connection:
        for table in (view_block, view_row, view_supply):
            connection.execute(delete(table))
        connection.execute(insert(view_block), [block_values(b) for b in memory.all_blocks()])
        stored = StoredBooks(connect=lambda: nullcontext(connection))
        overlay = Overlay(stored)
        overlay.prefetch_holdings(data.draw(wanted))
        overlay.prefetch_units(data.draw(named))
        for batch, first, length, target in moved:
            for books in (memory, overlay):
                move(books, batch, first, min(first + length, UNITS), target)
            place = data.draw(st.sampled_from(PLACES))
            quantity = data.draw(st.integers(0, 3 * UNITS))
            assert overlay.holdings(place, quantity) == memory.holdings(place, quantity)
        write_changes(connection, overlay, [])
        after = [block for batch in sorted(BATCHES) for block in stored.blocks(batch, 0, UNITS)]
        assert after == list(memory.all_blocks())


@pytest.mark.parametrize("prefetched", [False, True])
def test_reads_a_place_page_by_page(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, prefetched: bool
) -> None:
    monkeypatch.setattr(overlay_module, "HOLDINGS_PAGE", 3)
    blocks = [Block(BATCHES[0], 2 * n, 2 * n + 1, PLACES[n % 2]) for n in range(30)]
    with engine.begin() as connection:
        connection.execute(delete(view_block))
        connection.execute(insert(view_block), [block_values(block) for block in blocks])
        overlay = Overlay(StoredBooks.inside(connection))
        if prefetched:
            overlay.prefetch_holdings(dict.fromkeys(PLACES, Wanted(1, 1)))
        assert overlay.holdings(PLACES[0], 14) == tuple(blocks[0:28:2])
        assert overlay.holdings(PLACES[0], 1_000) == tuple(blocks[::2])
        assert overlay.holdings(PLACES[2], 1) == ()


def test_rows_are_loaded_once_and_changed_on_top(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(delete(view_row))
        connection.execute(insert(view_row).values(key="a/1", value='{"n":1}', seq=0))
        overlay = Overlay(StoredBooks.inside(connection))
        overlay.prefetch_rows(["a/1", "a/2"])
        connection.execute(delete(view_row))
        assert overlay.row("a/1") == {"n": 1}
        assert overlay.row("a/2") is None
        overlay.apply([], [Row("a/2", {"n": 2})], 5)
        assert overlay.row("a/2") == {"n": 2}
        assert overlay.rows_changed == {"a/2": ({"n": 2}, 5)}


@pytest.mark.parametrize(
    "movement",
    [
        pytest.param(Movement(BATCHES[0], 0, 5, ISSUE, "acct/A"), id="issues-units-that-exist"),
        pytest.param(Movement(BATCHES[0], 0, 5, "acct/B", "acct/A"), id="from-another-place"),
        pytest.param(Movement(BATCHES[0], 5, 99, "acct/A", "acct/B"), id="beyond-the-end"),
    ],
)
def test_refuses_to_post_what_cannot_be(engine: Engine, movement: Movement) -> None:
    with engine.begin() as connection:
        connection.execute(delete(view_block))
        whole = Block(BATCHES[0], 0, UNITS, "acct/A")
        connection.execute(insert(view_block).values(block_values(whole)))
        overlay = Overlay(StoredBooks.inside(connection))
        with pytest.raises(BlocksError):
            overlay.apply([movement], [], 0)


def test_units_can_move_in_the_batch_that_issues_them(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(delete(view_block))
        overlay = Overlay(StoredBooks.inside(connection))
        assert overlay.blocks(BATCHES[0], 0, UNITS) == ()
        issued = (
            Movement(BATCHES[0], 0, 9, ISSUE, "buffer/forest"),
            Movement(BATCHES[0], 9, UNITS, ISSUE, "acct/A"),
        )
        overlay.apply(issued, [], 0)
        overlay.apply([Movement(BATCHES[0], 9, 12, "acct/A", "acct/B")], [], 1)
        assert overlay.blocks(BATCHES[0], 0, 99) == (
            Block(BATCHES[0], 0, 9, "buffer/forest"),
            Block(BATCHES[0], 9, 12, "acct/B"),
            Block(BATCHES[0], 12, UNITS, "acct/A"),
        )
        assert overlay.supply_changed[BATCHES[0], "gross"] == UNITS
