"""Subtrees of a log, and proofs that one is consistent with the whole tree.

By draft-ietf-plants-merkle-tree-certs, section 4, to which tlog-cosignature, tlog-witness and
tlog-mirror refer. The leaves [start, end) are a subtree if start is a multiple of the smallest
power of two that is not below end - start; their hash is that of RFC 6962 over just them. With
start 0 the proof is RFC 6962's consistency proof. An empty range is part of every tree that reaches
it, by the hash SHA-256("") and an empty path; nothing is learnt of the tree's root then.
"""

from collections.abc import Sequence
from enum import Enum

from .merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    ProofError,
    Subtree,
    largest_power_below,
    node_hash,
    range_root,
    verify_inclusion,
)


class _Step(Enum):
    """Where the sibling stands on one step from the tree's root down to the subtree."""

    RIGHT = "right of the subtree: the tree alone contains it"
    LEFT = "left of the subtree: the tree alone contains it"
    INSIDE = "in the subtree as in the tree: it is the left part of both"


def is_subtree(start: int, end: int) -> bool:
    """Say whether [start, end) is a subtree; it holds one leaf at least."""
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def subtree_hash(start: int, end: int, subtree: Subtree) -> bytes:
    """Return the hash of a subtree; ValueError if it is none."""
    _check_range(start, end)
    return range_root(start, end, subtree)


def subtree_consistency_path(
    start: int, end: int, size: int, subtree: Subtree
) -> tuple[bytes, ...]:
    """Return the proof that a subtree is part of the tree of `size` leaves.

    ValueError if it is none, or ends beyond the tree.
    """
    _check_range(start, end)
    if end > size:
        raise ValueError(f"a tree of {size} does not reach {end}")
    path = []
    first, last = 0, size
    for step in _steps(start, end, size):
        middle = first + largest_power_below(last - first)
        if step is _Step.RIGHT:
            path.append(range_root(middle, last, subtree))
            last = middle
        else:
            path.append(range_root(first, middle, subtree))
            first = middle
    if first != start:  # otherwise the verifier holds this hash already: it is the subtree's
        path.append(range_root(first, last, subtree))
    return tuple(reversed(path))


def verify_subtree_consistency(
    bounds: tuple[int, int], size: int, path: Sequence[bytes], expected: bytes, root: bytes
) -> None:
    """Check that the subtree with hash `expected` is part of the tree with this size and root.

    Args:
        bounds: Start and end of the subtree.
        size: Number of leaves of the tree.
        path: The proof.
        expected: Hash of the subtree, which the caller has computed or been told.
        root: Root of the tree.

    Raises:
        ProofError: no subtree, beyond the tree, a path or a hash of wrong length, another root on
            one side.
    """
    start, end = bounds
    if 0 <= start == end <= size:
        if path or expected != EMPTY_ROOT:
            raise ProofError("an empty subtree has an empty path and the root of an empty tree")
        return
    if not is_subtree(start, end) or end > size:
        raise ProofError(f"no subtree [{start}, {end}) in a tree of {size}")
    steps = _steps(start, end, size)
    parts = tuple(path) if _Step.INSIDE in steps else (expected, *path)
    if len(parts) != 1 + len(steps):
        raise ProofError(f"path too {'long' if len(parts) > 1 + len(steps) else 'short'}")
    if any(len(part) != HASH_SIZE for part in path):
        raise ProofError("a hash is not 32 bytes long")
    inner = outer = parts[0]
    for step, sibling in zip(reversed(steps), parts[1:], strict=True):
        outer = node_hash(*((outer, sibling) if step is _Step.RIGHT else (sibling, outer)))
        if step is _Step.INSIDE:
            inner = node_hash(sibling, inner)
    if inner != expected:
        raise ProofError("path leads to another hash of the subtree")
    if outer != root:
        raise ProofError("path leads to another root")


def verify_subtree_inclusion(
    leaf: bytes, index: int, bounds: tuple[int, int], path: Sequence[bytes], expected: bytes
) -> None:
    """Check that `leaf` (a leaf hash) is number `index` of the log, in the subtree `bounds`.

    Raises:
        ProofError: no subtree, no such leaf in it, a path or a hash of wrong length, another hash.
    """
    start, end = bounds
    if not is_subtree(start, end):
        raise ProofError(f"no subtree [{start}, {end})")
    verify_inclusion(leaf, index - start, end - start, path, expected)


def _steps(start: int, end: int, size: int) -> Sequence[_Step]:
    """Walk from the root of the tree to where the subtree is all that remains."""
    steps = []
    while (start, end) != (0, size):
        middle = largest_power_below(size)
        if end <= middle:
            steps.append(_Step.RIGHT)
            size = middle
        else:
            steps.append(_Step.LEFT if middle <= start else _Step.INSIDE)
            start, end, size = max(start - middle, 0), end - middle, size - middle
    return steps


def _check_range(start: int, end: int) -> None:
    if not is_subtree(start, end):
        raise ValueError(f"[{start}, {end}) is no subtree")
