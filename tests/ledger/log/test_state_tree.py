"""The state tree: others' vectors, and a tree that follows from its keys alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.state_tree import (
    EMPTY,
    Pair,
    StateTreeError,
    TreeHasher,
    bit_of,
    first_difference,
    in_order,
    leaf_hash,
    node_hash,
    path_in,
    tree_hash,
    varint,
)

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
TREES: list[dict[str, Any]] = [
    *json.loads((VECTORS / "mpt-treehash-subset.json").read_text())["cases"],
    *json.loads((VECTORS / "mpt-proofs.json").read_text())["trees"],
]

keys = st.binary(max_size=4) | st.lists(st.sampled_from([0, 1, 0xFF, 0xAB]), max_size=6).map(bytes)
mappings = st.dictionaries(keys, st.binary(max_size=40), max_size=24)


def unhex(case: dict[str, Any]) -> list[Pair]:
    return [(bytes.fromhex(key), bytes.fromhex(value)) for key, value in case["kv"]]


def plain_hash(pairs: list[Pair]) -> bytes:
    """The definition as it is written: split the keys at the first bit in which any two differ."""
    if not pairs:
        return EMPTY
    if len(pairs) == 1:
        return leaf_hash(*pairs[0])
    bits = range(8 * (max(len(key) for key, _ in pairs) + 1))
    bit = next(bit for bit in bits if len({bit_of(key, bit) for key, _ in pairs}) == 2)
    halves = [[pair for pair in pairs if bit_of(pair[0], bit) == side] for side in (0, 1)]
    return node_hash(bit, plain_hash(halves[0]), plain_hash(halves[1]))


@pytest.mark.parametrize("case", TREES, ids=lambda case: case["hash"][:8])
def test_the_hashes_of_others(case: dict[str, Any]) -> None:
    assert tree_hash(in_order(unhex(case))).hex() == case["hash"]


@given(mapping=mappings)
def test_is_the_hash_of_the_definition(mapping: dict[bytes, bytes]) -> None:
    pairs = in_order(mapping.items())
    assert tree_hash(pairs) == plain_hash(pairs)


@given(mapping=mappings, data=st.data())
def test_the_order_in_which_pairs_come_is_no_matter(
    mapping: dict[bytes, bytes], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(list(mapping.items())))
    assert tree_hash(in_order(shuffled)) == tree_hash(in_order(mapping.items()))


@given(mapping=mappings, other=mappings)
def test_different_mappings_have_different_hashes(
    mapping: dict[bytes, bytes], other: dict[bytes, bytes]
) -> None:
    same = tree_hash(in_order(mapping.items())) == tree_hash(in_order(other.items()))
    assert same == (mapping == other)


@given(texts=st.sets(st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]))))
def test_texts_come_in_the_order_of_their_bytes(texts: set[str]) -> None:
    encoded = sorted(text.encode() for text in texts)
    assert [key for key, _ in in_order((key, b"") for key in encoded)] == encoded


@given(pair=st.lists(keys, min_size=2, max_size=2, unique=True))
def test_two_keys_part_at_their_first_difference(pair: list[bytes]) -> None:
    bit = first_difference(*pair)
    assert bit_of(pair[0], bit) != bit_of(pair[1], bit)
    assert all(bit_of(pair[0], n) == bit_of(pair[1], n) for n in range(bit))


@given(mapping=mappings.filter(bool), key=keys)
def test_a_search_ends_where_every_bit_on_the_way_agrees(
    mapping: dict[bytes, bytes], key: bytes
) -> None:
    pairs = in_order(mapping.items())
    path = path_in(pairs, key)
    assert path is not None
    assert path.root() == tree_hash(pairs)
    assert mapping[path.key] == path.value
    assert (path.key == key) == (key in mapping)
    assert all(bit_of(path.key, bit) == bit_of(key, bit) for bit, _ in path.steps)


def test_an_empty_tree_has_no_path() -> None:
    assert path_in([], b"x") is None
    assert tree_hash([]) == EMPTY


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([(b"b", b""), (b"a", b"")], id="reversed"),
        pytest.param([(b"a", b""), (b"a", b"")], id="twice"),
        pytest.param([(b"ab", b""), (b"a", b"")], id="longer-first"),
        pytest.param([(b"\xab", b""), (b"\xab\x00", b"")], id="padding"),
    ],
)
def test_refuses_pairs_out_of_order(pairs: list[Pair]) -> None:
    with pytest.raises(StateTreeError):
        tree_hash(pairs)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (2**14, "808001")],
)
def test_varints(number: int, expected: str) -> None:
    assert varint(number).hex() == expected


def test_a_hasher_keeps_no_more_than_the_depth() -> None:
    hasher = TreeHasher.empty()
    for number in range(5_000):
        hasher.add(f"{number:016d}".encode(), b"")
        assert len(hasher._stack) < 8 * 16
