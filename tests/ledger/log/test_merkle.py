"""Merkle trees: roots, paths and their checks, against the recursion and the steps of the RFCs."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.merkle import (
    EMPTY_ROOT,
    Frontier,
    Node,
    ProofError,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

TREE_MAX = 70
LEAVES = tuple(leaf_hash(bytes([number])) for number in range(TREE_MAX))


@cache
def mth(start: int, end: int) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if end - start == 0:
        return EMPTY_ROOT
    if end - start == 1:
        return LEAVES[start]
    k = 1
    while 2 * k < end - start:
        k *= 2
    return node_hash(mth(start, start + k), mth(start + k, end))


def subtree(level: int, index: int) -> bytes:
    return mth(index << level, (index + 1) << level)


def rfc9162_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes
) -> bool:
    """RFC 9162, 2.1.3.2, step by step."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == expected


def rfc9162_consistency(
    first: int, second: int, path: Sequence[bytes], first_hash: bytes, second_hash: bytes
) -> bool:
    """RFC 9162, 2.1.4.2, step by step, for 0 < first < second."""
    if not path:
        return False
    if first & (first - 1) == 0:
        path = [first_hash, *path]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_hash and sr == second_hash and sn == 0


def spoilt(digest: bytes) -> bytes:
    return bytes([digest[0] ^ 1]) + digest[1:]


def spoilt_paths(path: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """Every path with one hash changed, dropped, doubled or cut, and one hash too many."""
    worse = [(*path, EMPTY_ROOT), (EMPTY_ROOT, *path)]
    for at, digest in enumerate(path):
        before, after = path[:at], path[at + 1 :]
        worse += [(*before, spoilt(digest), *after), (*before, *after)]
        worse += [(*before, digest, digest, *after), (*before, digest[:31], *after)]
    return worse


@pytest.mark.parametrize("size", range(TREE_MAX + 1))
def test_every_leaf_of_every_tree_is_proven_and_no_altered_path_passes(size: int) -> None:
    expected = mth(0, size)
    assert root(LEAVES[:size]) == expected
    for index in range(size):
        path = inclusion_path(index, size, subtree)
        verify_inclusion(LEAVES[index], index, size, path, expected)
        assert rfc9162_inclusion(LEAVES[index], index, size, path, expected)
        with pytest.raises(ProofError):
            verify_inclusion(spoilt(LEAVES[index]), index, size, path, expected)
        with pytest.raises(ProofError):
            verify_inclusion(LEAVES[index], index, size, path, spoilt(expected))
        for other in spoilt_paths(path):
            with pytest.raises(ProofError):
                verify_inclusion(LEAVES[index], index, size, other, expected)


@pytest.mark.parametrize("new", range(TREE_MAX + 1))
def test_every_older_tree_is_proven_a_prefix_and_no_altered_path_passes(new: int) -> None:
    for old in range(new + 1):
        path = consistency_path(old, new, subtree)
        verify_consistency(old, new, path, mth(0, old), mth(0, new))
        if 0 < old < new:
            assert rfc9162_consistency(old, new, path, mth(0, old), mth(0, new))
        with pytest.raises(ProofError):
            verify_consistency(old, new, path, spoilt(mth(0, old)), mth(0, new))
        for other in spoilt_paths(path):
            with pytest.raises(ProofError):
                verify_consistency(old, new, other, mth(0, old), mth(0, new))
        if old > 0:
            with pytest.raises(ProofError):
                verify_consistency(old, new, path, mth(0, old), spoilt(mth(0, new)))


@given(
    index=st.integers(0, 40),
    size=st.integers(1, 40),
    count=st.integers(0, 7),
    claimed=st.integers(0, 40),
)
def test_agrees_with_the_steps_of_rfc_9162_on_wrong_sizes_too(
    index: int, size: int, count: int, claimed: int
) -> None:
    path = inclusion_path(index % size, size, subtree)[:count]
    leaf, expected = LEAVES[index % size], mth(0, size)
    try:
        verify_inclusion(leaf, index, claimed, path, expected)
        accepted = True
    except ProofError:
        accepted = False
    assert accepted is rfc9162_inclusion(leaf, index, claimed, path, expected)


def test_the_empty_tree_is_consistent_with_every_tree_by_an_empty_path() -> None:
    assert consistency_path(0, 5, subtree) == ()
    verify_consistency(0, 5, (), EMPTY_ROOT, mth(0, 5))
    with pytest.raises(ProofError, match="empty tree"):
        verify_consistency(0, 5, (), mth(0, 1), mth(0, 5))
    with pytest.raises(ProofError, match="too long"):
        verify_consistency(0, 5, (EMPTY_ROOT,), EMPTY_ROOT, mth(0, 5))
    with pytest.raises(ProofError, match="other root"):
        verify_consistency(0, 0, (), EMPTY_ROOT, mth(0, 1))


@pytest.mark.parametrize(
    ("index", "size"),
    [
        pytest.param(0, 0, id="empty-tree"),
        pytest.param(5, 5, id="one-beyond"),
        pytest.param(-1, 5, id="negative"),
    ],
)
def test_makes_and_accepts_no_path_for_a_leaf_that_does_not_exist(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_path(index, size, subtree)
    with pytest.raises(ProofError, match="no leaf"):
        verify_inclusion(LEAVES[0], index, size, (), LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5)])
def test_makes_and_accepts_no_consistency_for_sizes_out_of_order(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no consistency"):
        consistency_path(old, new, subtree)
    with pytest.raises(ProofError, match="no consistency"):
        verify_consistency(old, new, (), LEAVES[0], LEAVES[1])


@given(st.lists(st.integers(0, 20), max_size=6))
def test_a_frontier_grows_alike_in_any_portions_and_survives_its_bytes(portions: list[int]) -> None:
    frontier, end = Frontier(), 0
    leaves = LEAVES * 2
    for count in portions:
        frontier = frontier.extend(leaves[end : end + count])
        end += count
        assert Frontier.from_bytes(frontier.to_bytes()) == frontier
    one_by_one = Frontier()
    for leaf in leaves[:end]:
        one_by_one = one_by_one.append(leaf)
    assert frontier == one_by_one
    assert frontier.size == end


def test_growing_names_each_completed_subtree_once() -> None:
    frontier, nodes = Frontier().grow(LEAVES[:3])
    grown, more = frontier.grow(LEAVES[3:TREE_MAX])
    expected = [
        Node(level, index, subtree(level, index))
        for level in range(1, 7)
        for index in range(TREE_MAX >> level)
    ]
    assert sorted(nodes + more) == expected
    assert grown.root() == mth(0, TREE_MAX)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(7), id="short-size"),
        pytest.param(bytes(8) + EMPTY_ROOT, id="hash-for-size-0"),
        pytest.param(bytes(7) + b"\x03" + EMPTY_ROOT, id="one-hash-for-size-3"),
        pytest.param(bytes(7) + b"\x01" + EMPTY_ROOT[:31], id="cut-hash"),
        pytest.param(bytes(7) + b"\x01" + EMPTY_ROOT + b"\x00", id="trailing-byte"),
    ],
)
def test_refuses_bytes_that_are_no_frontier(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"frontier"):
        Frontier.from_bytes(data)
