"""Tiles: which files a tree of each size has, one path for each, and bundles that come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.form import ENTRY_SIZE_MAX
from ledger.log.tiles import (
    BUNDLE_SIZE_MAX,
    ENTRIES,
    Tile,
    TileError,
    bundle_path,
    encode_bundle,
    new_tiles,
    parse_bundle,
    parse_path,
    parse_tile,
    tile_path,
    tiles_of,
    width_at,
)

sizes = st.integers(0, 200_000)
tiles = st.builds(Tile, st.integers(-1, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/x001/x234/067", Tile(0, 1234067)),
        ("tile/0/000", Tile(0, 0)),
        ("tile/1/000.p/17", Tile(1, 0, 17)),
        ("tile/63/999.p/255", Tile(63, 999, 255)),
        ("tile/entries/x001/000.p/1", Tile(ENTRIES, 1000, 1)),
        ("tile/2/x009/x223/x372/x036/x854/x775/807", Tile(2, 2**63 - 1)),
    ],
)
def test_writes_and_reads_the_path(path: str, tile: Tile) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


def test_names_tiles_and_bundles() -> None:
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert bundle_path(273) == "tile/entries/273"


@given(tile=tiles)
def test_every_path_comes_back(tile: Tile) -> None:
    assert parse_path(tile.path) == tile


@given(tile=tiles, at=st.integers(0, 60), text=st.text(max_size=2))
def test_a_changed_path_is_refused_or_names_another_tile(tile: Tile, at: int, text: str) -> None:
    changed = tile.path[:at] + text + tile.path[at + 1 :]
    try:
        read = parse_path(changed)
    except TileError:
        return
    assert read.path == changed


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/０００",
        "tile/0/000\n",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x001/x009/x223/x372/x036/x854/x775/807",
        "tile/0/../000",
    ],
)
def test_refuses_the_path(path: str) -> None:
    with pytest.raises(TileError):
        parse_path(path)


def test_a_tree_of_70_000_has_the_files_that_the_specification_names() -> None:
    found = [(tile.level, tile.index, tile.width) for tile in tiles_of(70_000)]
    level_0 = [(0, index, 256) for index in range(273)] + [(0, 273, 112)]
    bundles = [(ENTRIES, index, width) for _, index, width in level_0]
    assert found == [*bundles, *level_0, (1, 0, 256), (1, 1, 17), (2, 0, 1)]


def test_a_tree_of_256_and_of_none() -> None:
    assert list(tiles_of(256)) == [Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(size=sizes)
def test_widths_are_those_of_the_specification(size: int) -> None:
    for tile in tiles_of(size):
        count = size // 256 ** max(tile.level, 0)
        full, rest = divmod(count, 256)
        assert tile.index < full if tile.is_full else (tile.index, tile.width) == (full, rest)
        assert width_at(tile.level, tile.index, size) == tile.width
        assert width_at(tile.level, tile.index + 300_000, size) == 0


@given(one=sizes, other=sizes)
def test_what_is_new_is_what_the_smaller_tree_has_not(one: int, other: int) -> None:
    old, new = sorted((one, other))
    known = set(tiles_of(old))
    found = list(new_tiles(old, new))
    assert len(set(found)) == len(found)
    assert set(found) == set(tiles_of(new)) - known
    assert [tile.level for tile in found] == sorted(tile.level for tile in found)


def test_refuses_a_tree_that_shrinks() -> None:
    with pytest.raises(ValueError, match="does not grow"):
        list(new_tiles(3, 2))


@pytest.mark.parametrize(
    ("level", "index", "width"), [(64, 0, 1), (-2, 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0)]
)
def test_refuses_the_tile(level: int, index: int, width: int) -> None:
    with pytest.raises(TileError):
        Tile(level, index, width)


@given(entries=st.lists(st.binary(max_size=40), min_size=1, max_size=256), cut=st.integers(1, 30))
def test_a_bundle_comes_back_whole_only(entries: list[bytes], cut: int) -> None:
    data = encode_bundle(entries)
    assert parse_bundle(data, len(entries)) == tuple(entries)
    for wrong in (data + b"\0", data[: -min(cut, len(data))], data + b"\0\0"):
        with pytest.raises(TileError):
            parse_bundle(wrong, len(entries))
    for count in (len(entries) - 1, len(entries) + 1):
        with pytest.raises(TileError):
            parse_bundle(data, count)


@given(data=st.binary(), count=st.integers(1, 256))
def test_any_bytes_are_a_bundle_or_refused(data: bytes, count: int) -> None:
    try:
        entries = parse_bundle(data, count)
    except TileError:
        return
    assert encode_bundle(entries) == data


def test_a_bundle_holds_entries_up_to_the_limit_and_no_others() -> None:
    largest = [bytes(ENTRY_SIZE_MAX)] * 256
    data = encode_bundle(largest)
    assert len(data) == BUNDLE_SIZE_MAX
    assert parse_bundle(data, 256) == tuple(largest)
    for wrong in ([bytes(ENTRY_SIZE_MAX + 1)], [], [b""] * 257):
        with pytest.raises(TileError):
            encode_bundle(wrong)


def test_a_tile_has_just_its_hashes() -> None:
    assert parse_tile(bytes(64), 2) == (bytes(32), bytes(32))
    for length in (0, 32, 63, 65, 96):
        with pytest.raises(TileError):
            parse_tile(bytes(length), 2)
