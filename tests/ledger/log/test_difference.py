"""The first entry in which two copies of a log differ, found from the hashes of subtrees."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.log.difference import first_difference
from ledger.log.merkle import Subtree, leaf_hash, node_hash


def subtree_of(entries: list[bytes]) -> Subtree:
    def subtree(level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hash(entries[index])
        return node_hash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1))

    return subtree


@given(size=st.integers(1, 90), data=st.data())
def test_names_the_first_of_any_altered_entries(size: int, data: st.DataObject) -> None:
    altered = data.draw(st.sets(st.integers(0, size - 1), max_size=4))
    entries = [b"entry %d" % seq for seq in range(size)]
    others = [b"altered" if seq in altered else entry for seq, entry in enumerate(entries)]

    found = first_difference(subtree_of(entries), subtree_of(others), size)

    assert found == min(altered, default=None)


def test_asks_for_few_hashes() -> None:
    entries = [b"entry %d" % seq for seq in range(4096)]
    others = [*entries[:3001], b"altered", *entries[3002:]]
    asked: list[tuple[int, int]] = []

    def counted(level: int, index: int) -> bytes:
        asked.append((level, index))
        return subtree_of(entries)(level, index)

    assert first_difference(counted, subtree_of(others), 4096) == 3001
    assert len(asked) <= 13
