"""The records of the stored state tree, and the one way in which it can be wrong."""

from dataclasses import dataclass
from hashlib import sha256

from ledger.log.state_tree import leaf_hash


class StateDamagedError(Exception):
    """`state.db` is not what the log yields. Nothing of it is used; it is made anew."""


@dataclass(slots=True)
class Node:
    """An inner node: the bit at which its children part, their numbers and hashes."""

    bit: int
    left: int
    right: int
    left_hash: bytes
    right_hash: bytes
    digest: bytes = b""
    """Its hash as its parent states it: the one of the last flush, nothing if it is new."""

    def child(self, side: int) -> tuple[int, bytes]:
        """Return number and hash of the left (0) or right (1) child."""
        return (self.right, self.right_hash) if side else (self.left, self.left_hash)

    def turn(self, side: int, number: int, digest: bytes) -> None:
        """Put another child on a side."""
        if side:
            self.right, self.right_hash = number, digest
        else:
            self.left, self.left_hash = number, digest


@dataclass(slots=True)
class Leaf:
    """A pair: key, canonical value, and whether it is still to be written."""

    key: bytes
    value: str
    changed: bool = False
    digest: bytes = b""

    def hash(self) -> bytes:
        """Return the leaf's hash as its value stands."""
        return leaf_hash(self.key, sha256(self.value.encode()).digest())


def check_stated(number: int, found: bytes, stated: bytes) -> None:
    """Check a record's hash against what its parent states.

    Raises:
        StateDamagedError: they differ.
    """
    if found != stated:
        raise StateDamagedError(f"node {number} is not the one that its parent states")
