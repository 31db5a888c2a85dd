"""Proofs against the root of a state tree: a key is there, is not there, or these are all.

A proof is bytes. Steps lead up to the root, from the lowest: varint(B) and the 32 bytes of the
sibling, B falling strictly. What stands before them depends on the claim:

    presence   nothing: key and value are the claim's
    absence    varint(len) key varint(len) value of the leaf at which a search for the key ends
    prefix     nothing: the claim's pairs make a subtree, and the steps begin above it;
               or, if there are none, what stands before an absence

An empty tree needs no proof: everything is absent from it. Every claim has one proof only.

Source: FiloSottile/torchwood, package mpt, description of proofs in tree.go, commit 0a23799.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from .state_tree import (
    EMPTY,
    HASH_BYTES,
    Pair,
    Path,
    StateTreeError,
    bit_of,
    climb,
    leaf_hash,
    padded,
    tree_hash,
    varint,
)

BIT_MAX: Final = 2**32
"""No key of a state is half a gigabyte long."""

Steps: TypeAlias = tuple[tuple[int, bytes], ...]


class StateProofError(ValueError):
    """The claim does not follow from the root; the text says why."""


def presence_proof(path: Path) -> bytes:
    """Return the proof that the key at the end of a path is there with its value."""
    return _encode(path.steps)


def absence_proof(path: Path | None) -> bytes:
    """Return the proof that a key whose search took this path is not there.

    Args:
        path: What the search met; nothing in an empty tree.
    """
    return b"" if path is None else _leaf(path) + _encode(path.steps)


def prefix_proof(prefix: bytes, path: Path | None) -> bytes:
    """Return the proof for all pairs under a prefix, from the path of a search for the prefix."""
    if path is None or not has_prefix(path.key, prefix):
        return absence_proof(path)
    return _encode([step for step in path.steps if step[0] < 8 * len(prefix)])


def verify_presence(root: bytes, key: bytes, value: bytes, proof: bytes) -> Steps:
    """Check that a tree holds this key with this value; return the steps to its root.

    Raises:
        StateProofError: it does not follow.
    """
    steps = _read_steps(proof, 0)
    if climb(leaf_hash(key, value), key, steps) != root:
        raise StateProofError("the proof does not lead to the root")
    return steps


def verify_absence(root: bytes, key: bytes, proof: bytes) -> None:
    """Check that a tree does not hold this key.

    Raises:
        StateProofError: it does not follow.
    """
    if _is_empty(root, proof):
        return
    other = _read_path(proof, root)
    if other.key == key:
        raise StateProofError("the key is there")
    _check_same_way(other, key)


def verify_prefix(root: bytes, prefix: bytes, pairs: Sequence[Pair], proof: bytes) -> None:
    """Check that these are all pairs of a tree whose keys begin with `prefix`.

    Args:
        root: Of the tree.
        prefix: Any bytes; a key that is the prefix itself begins with it.
        pairs: In the tree's order.
        proof: From `prefix_proof`.

    Raises:
        StateProofError: a pair is missing, or does not begin so, or the proof leads elsewhere.
    """
    if any(not has_prefix(key, prefix) for key, _ in pairs):
        raise StateProofError("a key does not begin with the prefix")
    if not pairs:
        _verify_none(root, prefix, proof)
        return
    steps = _read_steps(proof, 0)
    if steps and steps[0][0] >= 8 * len(prefix):
        raise StateProofError("the proof begins below the prefix")
    try:
        below = tree_hash(pairs)
    except StateTreeError as error:
        raise StateProofError(str(error)) from error
    if climb(below, prefix, steps) != root:
        raise StateProofError("the pairs and the proof do not lead to the root")


def _verify_none(root: bytes, prefix: bytes, proof: bytes) -> None:
    if _is_empty(root, proof):
        return
    other = _read_path(proof, root)
    if has_prefix(other.key, prefix):
        raise StateProofError("a key with the prefix is there")
    _check_same_way(other, prefix)


def verify_neighbours(root: bytes, before: Pair, after: Pair, proofs: tuple[bytes, bytes]) -> None:
    """Check that a tree holds two pairs and no key between theirs.

    Below the node where they part, the way to `before` always turns right and the way to `after`
    always left; above it both ways are one.

    Raises:
        StateProofError: it does not follow.
    """
    left = verify_presence(root, before[0], before[1], proofs[0])
    right = verify_presence(root, after[0], after[1], proofs[1])
    shared = 0
    while shared < min(len(left), len(right)) and left[~shared] == right[~shared]:
        shared += 1
    below_left, below_right = left[: len(left) - shared], right[: len(right) - shared]
    if not below_left or not below_right or below_left[-1][0] != below_right[-1][0]:
        raise StateProofError("the two ways do not part at one node")
    parting = below_left[-1][0]
    turns_right = all(bit_of(before[0], bit) for bit, _ in below_left[:-1])
    turns_left = not any(bit_of(after[0], bit) for bit, _ in below_right[:-1])
    if bit_of(before[0], parting) or not bit_of(after[0], parting):
        raise StateProofError("the keys are not in the order of the tree")
    if not turns_right or not turns_left:
        raise StateProofError("there is a key between the two")


def has_prefix(key: bytes, prefix: bytes) -> bool:
    """Say whether a key, read with its padding, begins with these bytes."""
    return padded(key, len(prefix)) == prefix if len(key) < len(prefix) else key.startswith(prefix)


def _is_empty(root: bytes, proof: bytes) -> bool:
    if root == EMPTY and proof:
        raise StateProofError("an empty tree needs no proof")
    return root == EMPTY


def _check_same_way(other: Path, key: bytes) -> None:
    if any(bit_of(other.key, bit) != bit_of(key, bit) for bit, _ in other.steps):
        raise StateProofError("a search for the key takes another way")


def _encode(steps: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(varint(bit) + sibling for bit, sibling in steps)


def _leaf(path: Path) -> bytes:
    return varint(len(path.key)) + path.key + varint(len(path.value)) + path.value


def _read_path(proof: bytes, root: bytes) -> Path:
    key, position = _read_bytes(proof, 0)
    value, position = _read_bytes(proof, position)
    path = Path(key=key, value=value, steps=_read_steps(proof, position))
    if path.root() != root:
        raise StateProofError("the proof does not lead to the root")
    return path


def _read_steps(proof: bytes, position: int) -> Steps:
    steps: list[tuple[int, bytes]] = []
    while position < len(proof):
        bit, position = _read_varint(proof, position)
        if steps and bit >= steps[-1][0]:
            raise StateProofError("the steps do not lead upwards")
        steps.append((bit, _take(proof, position, HASH_BYTES)))
        position += HASH_BYTES
    return tuple(steps)


def _read_bytes(proof: bytes, position: int) -> tuple[bytes, int]:
    size, position = _read_varint(proof, position)
    return _take(proof, position, size), position + size


def _take(proof: bytes, position: int, size: int) -> bytes:
    part = proof[position : position + size]
    if len(part) != size:
        raise StateProofError("the proof is cut short")
    return part


def _read_varint(proof: bytes, position: int) -> tuple[int, int]:
    number = 0
    for count, byte in enumerate(proof[position : position + 5]):
        number |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            if (count and not byte) or number >= BIT_MAX:
                break
            return number, position + count + 1
    raise StateProofError("a number of the proof is malformed")
