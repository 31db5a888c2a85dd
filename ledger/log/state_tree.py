"""The state tree: one hash for a whole mapping, whatever the order in which it came to be.

A Merkle Patricia tree over byte keys. A key is read as bits, highest first, as if it were
followed by a byte 0x00 and then by 0xFF without end: so a key and a longer one that begins with
it always differ somewhere, and a text comes before its extensions. An inner node stands where
the keys below it first differ, at bit B, and nowhere else; so the tree follows from the keys.

    empty  SHA-256 of nothing
    leaf   SHA-256(0x00 ‖ varint(len key) ‖ key ‖ varint(len value) ‖ value)
    inner  SHA-256(0x01 ‖ varint(B) ‖ left ‖ right)        left: the keys whose bit B is 0

A varint is unsigned LEB128: seven bits a byte, lowest first, the top bit set on all but the last.

Source: FiloSottile/torchwood, package mpt, description of the tree in tree.go, commit 0a23799.

Example:
    The tree of key ab (hex) with value cd is one leaf, and its hash begins with e2803f59.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

EMPTY: Final = sha256(b"").digest()
HASH_BYTES: Final = 32

Pair: TypeAlias = tuple[bytes, bytes]


class StateTreeError(ValueError):
    """The pairs of a mapping are not in order, or a key stands twice."""


def varint(number: int) -> bytes:
    """Return a whole number as unsigned LEB128.

    Example:
        varint(300) is ac 02.
    """
    parts = bytearray()
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def leaf_hash(key: bytes, value: bytes) -> bytes:
    """Return the hash of one pair."""
    return sha256(b"\0" + varint(len(key)) + key + varint(len(value)) + value).digest()


def node_hash(bit: int, left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node whose subtrees first differ at `bit`."""
    return sha256(b"\1" + varint(bit) + left + right).digest()


def bit_of(key: bytes, bit: int) -> int:
    """Return a bit of a key, counted from its highest; past its end the padding's."""
    position = bit >> 3
    if position < len(key):
        return key[position] >> (~bit & 7) & 1
    return 0 if position == len(key) else 1


def padded(key: bytes, length: int) -> bytes:
    """Return the first `length` bytes of a key and the padding that follows it."""
    return (key + b"\0" + b"\xff" * (length - len(key) - 1))[:length]


def first_difference(one: bytes, other: bytes) -> int:
    """Return the first bit in which two different keys, padded, differ.

    Raises:
        StateTreeError: they are the same key.
    """
    # The longer one ends in 0x00 where the padding of the shorter one is 0xFF already.
    length = max(len(one), len(other)) + 1
    left, right = padded(one, length), padded(other, length)
    different = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    if not different:
        raise StateTreeError(f"key {one!r} stands twice")
    return 8 * length - different.bit_length()


def in_order(pairs: Iterable[Pair]) -> list[Pair]:
    """Return pairs sorted as the tree has them from left to right.

    For texts without NUL this is the order of their bytes.
    """
    listed = list(pairs)
    length = max((len(key) for key, _ in listed), default=0) + 1
    return sorted(listed, key=lambda pair: padded(pair[0], length))


@dataclass(slots=True)
class TreeHasher:
    """Hashes a mapping pair by pair, in order, in memory that grows with the depth only.

    `_stack` holds the subtrees that the next key may still join on their right: the first key of
    each, its hash, and the bit at which it differs from the one before it.
    """

    _stack: list[tuple[bytes, bytes, int]]

    @classmethod
    def empty(cls) -> "TreeHasher":
        """Return a hasher that has seen nothing."""
        return cls([])

    def add(self, key: bytes, value: bytes) -> None:
        """Take the next pair.

        Raises:
            StateTreeError: the key does not come after the one before it.
        """
        self.add_subtree(key, leaf_hash(key, value))

    def add_subtree(self, key: bytes, subtree: bytes) -> None:
        """Take the next subtree, of which `key` is any key and whose keys share a prefix."""
        bit = -1
        if self._stack:
            bit = first_difference(self._stack[-1][0], key)
            if not bit_of(key, bit):
                raise StateTreeError(f"key {key!r} does not come after the one before it")
        while len(self._stack) > 1 and self._stack[-1][2] > bit:
            self._join()
        self._stack.append((key, subtree, bit))

    def _join(self) -> None:
        _, right, bit = self._stack.pop()
        key, left, before = self._stack.pop()
        self._stack.append((key, node_hash(bit, left, right), before))

    def root(self) -> bytes:
        """Return the hash of everything so far; the hasher takes nothing after it."""
        if not self._stack:
            return EMPTY
        while len(self._stack) > 1:
            self._join()
        return self._stack[0][1]


def tree_hash(pairs: Iterable[Pair]) -> bytes:
    """Return the hash of a mapping given in the tree's order.

    Raises:
        StateTreeError: the pairs are not in order, or a key stands twice.
    """
    hasher = TreeHasher.empty()
    for key, value in pairs:
        hasher.add(key, value)
    return hasher.root()


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What a search for a key meets: the leaf it ends at, and what is beside its way.

    Attributes:
        key: The key of that leaf; the one looked for, or one that agrees with it at every bit
            on the way.
        value: Its value.
        steps: The bit and the sibling's hash of every inner node, from the leaf up to the root.
    """

    key: bytes
    value: bytes
    steps: tuple[tuple[int, bytes], ...]

    def root(self) -> bytes:
        """Return the root that this path leads to."""
        return climb(leaf_hash(self.key, self.value), self.key, self.steps)


def climb(below: bytes, key: bytes, steps: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the hash at the end of steps from a subtree that `key` leads to."""
    for bit, sibling in steps:
        pair = (sibling, below) if bit_of(key, bit) else (below, sibling)
        below = node_hash(bit, *pair)
    return below


def path_in(pairs: Sequence[Pair], key: bytes) -> Path | None:
    """Return the path of a search for `key` in a mapping in order; nothing if it is empty.

    Takes time in proportion to the whole mapping.
    """
    if not pairs:
        return None
    low, high = 0, len(pairs)
    steps: list[tuple[int, bytes]] = []
    while high - low > 1:
        bit = first_difference(pairs[low][0], pairs[high - 1][0])
        middle = next(n for n in range(low, high) if bit_of(pairs[n][0], bit))
        if bit_of(key, bit):
            steps.append((bit, tree_hash(pairs[low:middle])))
            low = middle
        else:
            steps.append((bit, tree_hash(pairs[middle:high])))
            high = middle
    found, value = pairs[low]
    return Path(key=found, value=value, steps=tuple(reversed(steps)))
