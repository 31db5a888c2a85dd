"""Where two copies of a log part: the first entry that is not the same in both.

Two trees are compared from the top: where two perfect subtrees have one hash, no entry below them
differs (SHA-256 would have to collide), so a log of n entries costs about 2 × log2(n) hashes.
"""

from .merkle import Subtree


def first_difference(ours: Subtree, theirs: Subtree, size: int) -> int | None:
    """Return the first entry below `size` that differs, or nothing if all are the same.

    Args:
        ours: The hash of any perfect subtree of one copy; for the other see `theirs`.
        theirs: The same of the other copy.
        size: How many entries both copies have.

    Example:
        Two logs of 5 entries that differ in entries 2 and 4: the subtrees (2, 0) differ, below
        them (1, 0) are the same and (1, 1) differ, below those (0, 2) differ: entry 2.
    """
    start = 0
    while start < size:
        level = (size - start).bit_length() - 1
        if ours(level, start >> level) != theirs(level, start >> level):
            return _descend(ours, theirs, level, start >> level)
        start += 1 << level
    return None


def _descend(ours: Subtree, theirs: Subtree, level: int, index: int) -> int:
    """Follow the left-most difference down to its leaf."""
    while level > 0:
        level, index = level - 1, index * 2
        if ours(level, index) == theirs(level, index):
            index += 1
    return index
