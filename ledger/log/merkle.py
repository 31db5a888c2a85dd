"""The Merkle tree of RFC 6962 section 2.1 (= RFC 9162 section 2.1) over SHA-256.

Hashes are 32 bytes. Proofs are made from perfect subtrees that the caller supplies by
`subtree(level, index)`: the hash of the 2^level leaves from index * 2^level on. They are checked
in a closed form of the algorithms of RFC 9162, clauses 2.1.3.2 and 2.1.4.2: sizes and index alone
fix how many hashes a path has and on which side each stands. The tests compare with the RFC's own.

Size 0: as on the wire (c2sp.org/tlog-witness) the empty tree is consistent with every tree, by an
empty proof and the root SHA-256(""). RFC 9162 leaves that case open; some libraries refuse it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

Subtree: TypeAlias = Callable[[int, int], bytes]
"""`subtree(level, index)` -> the hash of that perfect subtree; level 0 gives leaf hashes."""


class ProofError(ValueError):
    """A proof does not show what it claims; the text says why."""


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A perfect subtree that an append completed: 2^level leaves, number `index` of its level."""

    level: int
    index: int
    digest: bytes


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over these leaf hashes; `EMPTY_ROOT` if there are none."""
    return Frontier().extend(leaf_hashes).root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to append and to know the root.

    `hashes` are the perfect subtrees that make up `size` leaves, the largest first: one for each
    one-bit of `size`. ValueError if their number or lengths do not fit.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or self.size.bit_count() != len(self.hashes):
            raise ValueError(f"{len(self.hashes)} hashes cannot be the frontier of {self.size}")
        if any(len(part) != HASH_SIZE for part in self.hashes):
            raise ValueError("a frontier hash is not 32 bytes long")

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier with more leaf hashes."""
        return self.grow(leaves)[0]

    def grow(self, leaves: Iterable[bytes]) -> "tuple[Frontier, tuple[Node, ...]]":
        """Append leaf hashes and name every subtree of level 1 or more that they complete.

        A store that keeps these nodes beside the leaf hashes can answer `subtree` by one look-up.
        """
        size, hashes, nodes = self.size, list(self.hashes), []
        for leaf in leaves:
            hashes.append(leaf)
            size += 1
            for level in range(1, (size & -size).bit_length()):
                right = hashes.pop()
                hashes[-1] = node_hash(hashes[-1], right)
                nodes.append(Node(level, (size >> level) - 1, hashes[-1]))
        return Frontier(size, tuple(hashes)), tuple(nodes)

    def root(self) -> bytes:
        """Return the Merkle tree hash; `EMPTY_ROOT` for size 0."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Return size (8 bytes, big-endian) and then the hashes."""
        return self.size.to_bytes(8, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: the length does not fit the size written in front.
        """
        size, starts = int.from_bytes(data[:8], "big"), range(8, len(data), HASH_SIZE)
        if len(data) < 8:
            raise ValueError("a frontier has at least 8 bytes")
        return cls(size, tuple(data[start : start + HASH_SIZE] for start in starts))


def inclusion_path(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1).

    From the leaf's sibling up to the root's child. ValueError if there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + largest_power_below(end - start)
        if index < middle:
            path.append(range_root(middle, end, subtree))
            end = middle
        else:
            path.append(range_root(start, middle, subtree))
            start = middle
    return tuple(reversed(path))


def consistency_path(old: int, new: int, subtree: Subtree) -> tuple[bytes, ...]:
    """Return the proof that a tree of `old` leaves is a prefix of one of `new` (RFC 6962, 2.1.2).

    Empty if `old` is 0 or equal to `new`. ValueError if `old` is negative or beyond `new`.
    """
    if not 0 <= old <= new:
        raise ValueError(f"no consistency from {old} to {new}")
    path: list[bytes] = []
    start, end, known = 0, new, True
    while old not in (0, end):
        middle = start + largest_power_below(end - start)
        if old <= middle:
            path.append(range_root(middle, end, subtree))
            end = middle
        else:
            path.append(range_root(start, middle, subtree))
            start, known = middle, False
    if not known:  # otherwise the verifier holds this hash already: it is the old root
        path.append(range_root(start, end, subtree))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes
) -> None:
    """Check that `leaf` (a leaf hash) is number `index` of a tree with this root.

    Raises:
        ProofError: no such index, a path of wrong length, a hash of wrong length, another root.
    """
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    inner, border = _path_shape(index, size)
    _check_path((leaf, *path), 1 + inner + border)
    if _climb(leaf, index, path, inner) != expected_root:
        raise ProofError("inclusion path leads to another root")


def verify_consistency(
    old_size: int, new_size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the old tree is a prefix of the new one.

    For size 0 see the module's text: empty path, `old_root` = `EMPTY_ROOT`.

    Raises:
        ProofError: sizes out of order, a path or a hash of wrong length, another root on one side.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError(f"no consistency from {old_size} to {new_size}")
    if old_size in (0, new_size):
        _check_path(path, 0)
        if old_size == 0 and old_root != EMPTY_ROOT:
            raise ProofError("root of an empty tree is not SHA-256 of nothing")
        if old_size == new_size and old_root != new_root:
            raise ProofError("same size, other root")
        return
    # The path starts at the old tree's last perfect subtree. Where that is the whole old tree, its
    # hash is the old root and the RFC leaves it out.
    level = (old_size & -old_size).bit_length() - 1
    parts = (old_root, *path) if old_size == 1 << level else tuple(path)
    index = (old_size - 1) >> level
    inner, border = _path_shape(index, ((new_size - 1) >> level) + 1)
    _check_path(parts, 1 + inner + border)
    start, *rest = parts
    if _climb(start, index, rest, inner, left_only=True) != old_root:
        raise ProofError("consistency path leads to another old root")
    if _climb(start, index, rest, inner) != new_root:
        raise ProofError("consistency path leads to another new root")


def _path_shape(index: int, size: int) -> tuple[int, int]:
    """Count a path's hashes below and on the tree's right border (there all siblings are left)."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _climb(
    reached: bytes, index: int, path: Sequence[bytes], inner: int, *, left_only: bool = False
) -> bytes:
    """Hash upward from subtree `index`; `left_only` keeps to what stood before it was appended."""
    for level, sibling in enumerate(path):
        if level >= inner or index >> level & 1:
            reached = node_hash(sibling, reached)
        elif not left_only:
            reached = node_hash(reached, sibling)
    return reached


def _check_path(path: Sequence[bytes], count: int) -> None:
    if len(path) != count:
        raise ProofError(f"path too {'long' if len(path) > count else 'short'}")
    if any(len(part) != HASH_SIZE for part in path):
        raise ProofError("a hash is not 32 bytes long")


def largest_power_below(count: int) -> int:
    """Return the k of RFC 6962: the largest power of two smaller than `count`, which is >= 2."""
    return 1 << ((count - 1).bit_length() - 1)


def range_root(start: int, end: int, subtree: Subtree) -> bytes:
    """Hash leaves start .. end - 1, where `start` is aligned as the RFC's recursion aligns it."""
    parts: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(subtree(level, start >> level))
        start += 1 << level
    return _fold(parts)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Join perfect subtrees, the largest first, into one root."""
    *left, reached = hashes
    for part in reversed(left):
        reached = node_hash(part, reached)
    return reached
