"""Subtrees: their proofs are those of the public vectors, and no other hash or range passes."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.merkle import (
    EMPTY_ROOT,
    ProofError,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
)
from ledger.log.subtree import (
    is_subtree,
    subtree_consistency_path,
    subtree_hash,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from tests.support.tiled_log import tree_of

VECTORS = Path(__file__).parents[2] / "vectors" / "merkle-testdata"
TREE = tree_of(130)


def vectors(folder: str) -> list[Any]:
    files = sorted((VECTORS / folder).rglob("*.json"))
    return [pytest.param(file, id=str(file.relative_to(VECTORS))) for file in files]


@st.composite
def subtrees(draw: st.DrawFn) -> tuple[int, int, int]:
    """Draw a subtree's start and end, and the size of a tree that holds it."""
    width = draw(st.integers(1, 130))
    base = 1 << (width - 1).bit_length()
    start = base * draw(st.integers(0, (130 - width) // base))
    return start, start + width, draw(st.integers(start + width, 130))


@pytest.mark.parametrize("file", vectors("subtreeconsistency"))
def test_judges_consistency_as_the_public_vectors_do(file: Path) -> None:
    case = json.loads(file.read_text())
    path = [b64decode(part) for part in case["proof"] or []]
    expected, tree_root = b64decode(case["root1"] or ""), b64decode(case["root2"] or "")
    bounds = (case["start"], case["end"])
    try:
        verify_subtree_consistency(bounds, case["size"], path, expected, tree_root)
        refused = False
    except ProofError:
        refused = True
    assert refused is case["wantErr"]


@pytest.mark.parametrize("file", vectors("subtreeinclusion"))
def test_judges_inclusion_as_the_public_vectors_do(file: Path) -> None:
    case = json.loads(file.read_text())
    path = [b64decode(part) for part in case["proof"] or []]
    leaf, expected = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
    bounds = (case["start"], case["end"])
    try:
        verify_subtree_inclusion(leaf, case["leafIdx"], bounds, path, expected)
        refused = False
    except ProofError:
        refused = True
    assert refused is case["wantErr"]


@given(subtree=subtrees())
def test_every_subtree_is_proven_and_no_altered_proof_passes(subtree: tuple[int, int, int]) -> None:
    start, end, size = subtree
    digest = subtree_hash(start, end, TREE.subtree)
    assert digest == root(leaf_hash(entry) for entry in TREE.entries[start:end])
    path = subtree_consistency_path(start, end, size, TREE.subtree)
    verify_subtree_consistency((start, end), size, path, digest, TREE.roots[size])
    wrong = bytes(32)
    for number in range(len(path)):
        altered = (*path[:number], wrong, *path[number + 1 :])
        with pytest.raises(ProofError):
            verify_subtree_consistency((start, end), size, altered, digest, TREE.roots[size])
    for other, expected, tree_root in (
        (path, wrong, TREE.roots[size]),
        (path, digest, wrong),
        ((*path, wrong), digest, TREE.roots[size]),
        ((wrong, *path), digest, TREE.roots[size]),
        (path[1:] or (wrong,), digest, TREE.roots[size]),
    ):
        with pytest.raises(ProofError):
            verify_subtree_consistency((start, end), size, other, expected, tree_root)


@given(end=st.integers(1, 130), beyond=st.integers(0, 130))
def test_from_the_first_leaf_on_it_is_the_consistency_proof(end: int, beyond: int) -> None:
    size = min(130, end + beyond)
    path = subtree_consistency_path(0, end, size, TREE.subtree)
    assert path == consistency_path(end, size, TREE.subtree)


@given(subtree=subtrees(), number=st.integers(0, 129))
def test_a_leaf_is_proven_in_its_subtree(subtree: tuple[int, int, int], number: int) -> None:
    start, end, _ = subtree
    index = start + number % (end - start)
    inner = tree_of(130)

    def moved(level: int, place: int) -> bytes:
        return inner.subtree(level, place + (start >> level))

    path = inclusion_path(index - start, end - start, moved)
    leaf, digest = leaf_hash(TREE.entries[index]), subtree_hash(start, end, TREE.subtree)
    verify_subtree_inclusion(leaf, index, (start, end), path, digest)
    with pytest.raises(ProofError):
        verify_subtree_inclusion(leaf, index, (start, end), path, bytes(32))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 1, True),
        (5, 6, True),
        (4, 8, True),
        (8, 13, True),
        (256, 300, True),
        (6, 9, False),
        (4, 9, False),
        (3, 3, False),
        (4, 3, False),
        (-1, 0, False),
    ],
)
def test_knows_a_subtree(start: int, end: int, *, expected: bool) -> None:
    assert is_subtree(start, end) is expected


def test_proves_no_range_that_is_no_subtree_or_ends_beyond_the_tree() -> None:
    with pytest.raises(ValueError, match="is no subtree"):
        subtree_consistency_path(1, 3, 8, TREE.subtree)
    with pytest.raises(ValueError, match="is no subtree"):
        subtree_hash(1, 3, TREE.subtree)
    with pytest.raises(ValueError, match="does not reach"):
        subtree_consistency_path(0, 9, 8, TREE.subtree)
    with pytest.raises(ProofError, match="no subtree"):
        verify_subtree_consistency((0, 9), 8, (), EMPTY_ROOT, EMPTY_ROOT)
