"""The stored log: append to it, read it back, hash any part of it.

The caller owns the transaction; nothing here commits. Two writers cannot both extend one head:
`view_head` moves only by compare-and-swap, and behind that `seq` and (actor, nonce) are unique.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from ledger.database.bulk import Values, insert_many
from ledger.database.epoch import check_epoch, epoch_holds
from ledger.database.notices import announce
from ledger.database.tables import log_entry, log_subtree, view_head
from ledger.log.entry import PREV_OF_FIRST, Entry
from ledger.log.merkle import EMPTY_ROOT, Frontier, Node, leaf_hash, node_hash

PAGE_ROWS: Final = 1_000
_HEAD: Final = select(view_head).where(view_head.c.id == 1)
SUBTREE_BITS: Final = 8
"""Stored subtrees have 256^level leaves, as the tiles of tlog-tiles do."""


class HeadMovedError(Exception):
    """Another order was recorded first. Roll back and decide again on the new head."""


class TamperedError(Exception):
    """Stored bytes do not hash to the stored digest. Stop; never repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the log ends: how many entries, the last one's leaf hash and time, the tree's edge."""

    size: int
    leaf_hash: bytes
    at_us: int
    frontier: Frontier

    @property
    def root(self) -> bytes:
        """The Merkle root over all entries."""
        return self.frontier.root()


EMPTY: Final = Head(size=0, leaf_hash=PREV_OF_FIRST, at_us=0, frontier=Frontier())


def create_head(connection: Connection) -> None:
    """Begin an empty log. Fails if there already is a head."""
    connection.execute(insert(view_head).values(head_values(EMPTY)))


def read_head(connection: Connection) -> Head:
    """Return the current end of the log.

    Raises:
        TamperedError: the stored head contradicts itself.
    """
    return _head(connection.execute(_HEAD).one())


def lock_head(connection: Connection) -> Head:
    """Return the end of the log, which nobody else can move before this transaction ends.

    Raises:
        TamperedError: the stored head contradicts itself.
    """
    # SQLite knows no such lock and needs none: its writer holds the whole file already.
    return _head(connection.execute(_HEAD.with_for_update()).one())


def _head(row: Row[Any]) -> Head:
    try:
        frontier = Frontier.from_bytes(row.frontier)
    except ValueError as error:
        raise TamperedError(f"view_head: {error}") from error
    if frontier.size != row.size:
        raise TamperedError("view_head: size and frontier differ")
    return Head(size=row.size, leaf_hash=row.leaf_hash, at_us=row.at_us, frontier=frontier)


def append(connection: Connection, entries: Sequence[Entry], *, after: Head) -> Head:
    """Add entries directly after `after`, which must be in a chain already; return the new head.

    Raises:
        HeadMovedError: the log no longer ends at `after`.
    """
    # In a chain each entry holds the leaf hash of the one before; reading back hashes all again.
    leaves = [*(entry.prev for entry in entries[1:]), entries[-1].leaf_hash]
    frontier, nodes = after.frontier.grow(leaves)
    last = Head(
        size=frontier.size, leaf_hash=leaves[-1], at_us=entries[-1].at_us, frontier=frontier
    )
    move_head(connection, after, last)
    insert_entries(connection, zip(entries, leaves, strict=True))
    insert_subtrees(connection, nodes)
    announce(connection, last.size)
    return last


def move_head(connection: Connection, old: Head, new: Head) -> None:
    """Move the head by compare-and-swap.

    Raises:
        StaleEpochError: another database server has taken over since this node began.
        HeadMovedError: it no longer stands at `old`.
    """
    moved = connection.execute(
        update(view_head)
        .where(view_head.c.size == old.size, view_head.c.leaf_hash == old.leaf_hash)
        .where(epoch_holds(connection))
        .values(head_values(new))
    )
    if moved.rowcount != 1:
        check_epoch(connection)
        raise HeadMovedError(f"the log no longer ends at {old.size}")


def head_values(head: Head) -> dict[str, object]:
    """Return the head as its table holds it."""
    return {
        "id": 1,
        "size": head.size,
        "leaf_hash": head.leaf_hash,
        "at_us": head.at_us,
        "frontier": head.frontier.to_bytes(),
    }


def insert_entries(connection: Connection, leaves: Iterable[tuple[Entry, bytes]]) -> None:
    """Store entries with their leaf hashes."""
    rows: list[Values] = [
        {
            "seq": entry.seq,
            "leaf_hash": digest,
            "actor": entry.order["actor"],
            "nonce": entry.order["nonce"],
            "kind": entry.order["kind"],
            "at_us": entry.at_us,
            "content": entry.content,
        }
        for entry, digest in leaves
    ]
    insert_many(connection, log_entry, rows)


def insert_subtrees(connection: Connection, nodes: Iterable[Node]) -> None:
    """Store those of the completed subtrees that have 256^level leaves."""
    rows: list[Values] = [
        {"level": node.level // SUBTREE_BITS, "position": node.index, "hash": node.digest}
        for node in nodes
        if node.level % SUBTREE_BITS == 0
    ]
    insert_many(connection, log_subtree, rows)


def read(connection: Connection, first: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of entries first, …, end − 1, each checked against its stored digest.

    Raises:
        TamperedError: an entry is missing, or does not hash to what was stored beside it.
    """
    expected = first
    while expected < end:
        page = connection.execute(
            select(log_entry.c.seq, log_entry.c.leaf_hash, log_entry.c.content)
            .where(log_entry.c.seq >= expected, log_entry.c.seq < end)
            .order_by(log_entry.c.seq)
            .limit(PAGE_ROWS)
        ).all()
        if not page:
            raise TamperedError(f"entry {expected} is missing")
        for seq, digest, content in page:
            if seq != expected:
                raise TamperedError(f"entry {expected} is missing")
            if leaf_hash(content) != digest:
                raise TamperedError(f"entry {seq} does not hash to its leaf hash")
            yield content
            expected += 1


def subtree(connection: Connection, level: int, index: int) -> bytes:
    """Return the hash of the perfect subtree of 2^level leaves from index × 2^level on.

    Raises:
        TamperedError: a stored hash that it needs is missing.
    """
    stored, above = divmod(level, SUBTREE_BITS)
    hashes = stored_hashes(connection, stored, index << above, (index + 1) << above)
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def stored_hashes(connection: Connection, level: int, first: int, end: int) -> list[bytes]:
    """Return the hashes of subtrees first, …, end − 1 of 256^level leaves each, as stored.

    Raises:
        TamperedError: one is missing.
    """
    if level == 0:
        statement = (
            select(log_entry.c.leaf_hash)
            .where(log_entry.c.seq >= first, log_entry.c.seq < end)
            .order_by(log_entry.c.seq)
        )
    else:
        statement = (
            select(log_subtree.c.hash)
            .where(log_subtree.c.level == level)
            .where(log_subtree.c.position >= first, log_subtree.c.position < end)
            .order_by(log_subtree.c.position)
        )
    hashes = list(connection.execute(statement).scalars())
    if len(hashes) != end - first:
        raise TamperedError(f"subtree hashes of level {level} from {first} on are missing")
    return hashes


def root_at(connection: Connection, size: int) -> bytes:
    """Return the Merkle root over the first `size` entries, from stored hashes."""
    if size == 0:
        return EMPTY_ROOT
    parts, start = [], 0
    while start < size:
        level = (size - start).bit_length() - 1
        parts.append(subtree(connection, level, start >> level))
        start += 1 << level
    reached = parts.pop()
    while parts:
        reached = node_hash(parts.pop(), reached)
    return reached
