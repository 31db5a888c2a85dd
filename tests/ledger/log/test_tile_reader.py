"""Reading from tiles: every proof is the one made in memory, and no changed byte gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.merkle import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from ledger.log.tile_reader import KEPT_MAX, TileMissingError, TileReader
from ledger.log.tiles import Tile, TileError
from tests.support.tiled_log import TiledLog, tree_of

SIZE = 66_000
SMALL = 600
TREE = tree_of(SIZE)
LOG = TiledLog.published(TREE, 5, 256, SMALL, 65_536, SIZE)

published = st.sampled_from([5, 256, SMALL, 65_536, SIZE])


@given(size=published, index=st.integers(0, SIZE - 1))
def test_inclusion_from_tiles_is_inclusion_from_memory(size: int, index: int) -> None:
    index %= size
    path = inclusion_path(index, size, LOG.reader(size).subtree)
    assert path == inclusion_path(index, size, TREE.subtree)
    verify_inclusion(leaf_hash(TREE.entries[index]), index, size, path, TREE.roots[size])


@given(size=published, old=st.integers(0, SIZE))
def test_consistency_from_tiles_is_consistency_from_memory(size: int, old: int) -> None:
    old %= size + 1
    path = consistency_path(old, size, LOG.reader(size).subtree)
    assert path == consistency_path(old, size, TREE.subtree)
    verify_consistency(old, size, path, TREE.roots[old], TREE.roots[size])


def test_every_proof_of_every_tree_up_to_300() -> None:
    tree = tree_of(300)
    for size in range(1, 301):
        reader = TiledLog.published(tree, size).reader(size)
        for index in {0, size // 3, size // 2, size - 1}:
            assert inclusion_path(index, size, reader.subtree) == inclusion_path(
                index, size, tree.subtree
            )
            assert consistency_path(index, size, reader.subtree) == consistency_path(
                index, size, tree.subtree
            )


@given(size=published, one=st.integers(0, SIZE), other=st.integers(0, SIZE))
def test_yields_the_entries_between_two_positions(size: int, one: int, other: int) -> None:
    first, end = sorted((one % (size + 1), other % (size + 1)))
    end = min(end, first + 700)
    assert tuple(LOG.reader(size).entries(first, end)) == TREE.entries[first:end]


def test_yields_all_entries_of_a_log_and_none_of_an_empty_one() -> None:
    assert tuple(LOG.reader(SMALL).entries()) == TREE.entries[:SMALL]
    assert tuple(LOG.reader(0).entries()) == ()


def test_every_flipped_byte_of_every_file_is_caught() -> None:
    good = TiledLog.published(TREE, SMALL)
    for path, data in good.files.items():
        step = 1 if len(data) < 4_000 else 37
        for at in range(0, len(data), step):
            changed = TiledLog(TREE, dict(good.files))
            changed.files[path] = data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :]
            with pytest.raises(TileError):
                list(changed.reader(SMALL).entries())


@given(path=st.sampled_from(sorted(LOG.files)), at=st.integers(0, 2**20), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_large_log_gives_a_wrong_hash_or_entry(
    path: str, at: int, bit: int
) -> None:
    data = bytearray(LOG.files[path])
    data[at % len(data)] ^= 1 << bit
    reader = TiledLog(TREE, {**LOG.files, path: bytes(data)}).reader(SIZE)
    for index in range(0, SIZE, 9_973):
        try:
            assert reader.subtree(0, index) == TREE.subtree(0, index)
            assert next(reader.entries(index, index + 1)) == TREE.entries[index]
        except TileError:
            return


@pytest.mark.parametrize(
    ("path", "other"),
    [
        pytest.param("tile/0/000", "tile/0/001", id="swapped-tiles"),
        pytest.param("tile/entries/000", "tile/entries/001", id="swapped-bundles"),
        pytest.param("tile/0/002.p/88", "tile/0/001", id="full-tile-as-partial"),
        pytest.param("tile/0/001", "tile/0/002.p/88", id="partial-tile-as-full"),
        pytest.param("tile/entries/001", "tile/entries/002.p/88", id="partial-bundle-as-full"),
        pytest.param("tile/1/000.p/2", "tile/0/000", id="other-level"),
    ],
)
def test_refuses_another_file_in_its_place(path: str, other: str) -> None:
    log = TiledLog.published(TREE, SMALL)
    log.files[path] = log.files[other]
    with pytest.raises(TileError):
        list(log.reader(SMALL).entries())


def test_refuses_a_missing_tile_and_takes_the_full_one_for_a_partial_one() -> None:
    log = TiledLog.published(TREE, SMALL, 1_000)
    partial = [path for path in log.files if ".p/88" in path]
    assert partial == ["tile/entries/002.p/88", "tile/0/002.p/88"]
    for path in partial:
        del log.files[path]
    assert tuple(log.reader(SMALL).entries()) == TREE.entries[:SMALL]
    del log.files["tile/0/000"]
    with pytest.raises(TileMissingError):
        log.reader(SMALL).subtree(0, 3)
    del log.files["tile/entries/002"]
    with pytest.raises(TileMissingError):
        list(log.reader(SMALL).entries(590))


def test_refuses_a_right_edge_that_leads_to_another_root() -> None:
    reader = TileReader(LOG.fetch, SMALL, TREE.roots[SMALL - 1])
    with pytest.raises(TileError, match="another root"):
        reader.subtree(0, 0)
    with pytest.raises(TileError, match="another root"):
        list(TileReader(LOG.fetch, SMALL, bytes(32)).entries())


def test_reads_each_tile_once_and_only_those_it_needs() -> None:
    log = TiledLog(TREE, LOG.files)
    reader = log.reader(SIZE)
    for index in (300, 301, 400):
        inclusion_path(index, SIZE, reader.subtree)
    edge = {Tile(2, 0, 1).path, Tile(1, 1, 1).path, Tile(0, 257, 208).path}
    assert set(log.fetched) == edge | {Tile(0, 1).path, Tile(1, 0).path}
    assert len(log.fetched) == 5


def test_forgets_tiles_beyond_its_limit() -> None:
    log = TiledLog(TREE, LOG.files)
    reader = log.reader(SIZE)
    for index in range(KEPT_MAX + 1):
        reader.subtree(0, index * 256)
    log.fetched.clear()
    reader.subtree(0, KEPT_MAX * 256)
    assert log.fetched == []
    reader.subtree(0, 0)
    assert Tile(0, 0).path in log.fetched


@pytest.mark.parametrize(
    ("level", "index"), [(0, SMALL), (0, -1), (-1, 0), (9, 1), (10, 0), (64, 0)]
)
def test_refuses_a_subtree_that_is_not_in_the_tree(level: int, index: int) -> None:
    with pytest.raises(ValueError, match="no subtree"):
        LOG.reader(SMALL).subtree(level, index)


@pytest.mark.parametrize(("first", "end"), [(-1, 2), (3, 2), (0, SMALL + 1)])
def test_refuses_entries_that_are_not_in_the_tree(first: int, end: int) -> None:
    with pytest.raises(ValueError, match="no entries"):
        list(LOG.reader(SMALL).entries(first, end))
