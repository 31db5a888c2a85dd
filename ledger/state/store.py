"""The follower: keeps `state.db` at the state that some entry left, from the log alone.

It reads entries through the read engine and never takes the ledger's lock. Each page of entries is
one transaction of its own file: if we crash on the way, the next run goes on behind the last whole
page. The root is that of a full rebuild, which `ledger.state.check` compares.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DatabaseError

from contracts.books import BlocksError
from contracts.v1.state_commit import TOTALS
from ledger import store
from ledger.books.overlay import Overlay
from ledger.log.canonical import canonical
from ledger.log.entry import PREV_OF_FIRST, Entry, parse_entry
from ledger.log.state_tree import EMPTY
from ledger.registry import Registry
from ledger.replay.replay import outcome_of
from ledger.state.blocks import StateBlocks
from ledger.state.engine import create_state_engine
from ledger.state.fold import block_key, block_value
from ledger.state.nodes import StateNodes
from ledger.state.records import StateDamagedError
from ledger.state.tables import STATE_VERSION, state_head, state_metadata

STATE_FILE: Final = "state.db"
PAGE_ENTRIES: Final = 500
MALFORMED: Final = (ValueError, TypeError, KeyError)
"""What a value raises that is read from a damaged row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateHead:
    """Where the follower stands.

    Attributes:
        through: The last entry taken in; −1 before the first.
        leaf_hash: Its leaf hash.
        root: Of the state tree.
        top: The number of its topmost node.
        next_id: The next number for a node.
        supply: Kilograms by name, of all batches.
    """

    through: int
    leaf_hash: bytes
    root: bytes
    top: int
    next_id: int
    supply: dict[str, int]


_BEGIN: Final = StateHead(
    through=-1,
    leaf_hash=PREV_OF_FIRST,
    root=EMPTY,
    top=0,
    next_id=1,
    supply=dict.fromkeys(TOTALS, 0),
)


class StateStore:
    """An open `state.db`, and the nodes of its tree that stay in memory."""

    __slots__ = ("_at", "_nodes", "engine", "path", "reader")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = create_state_engine(path, writes=True)
        self.reader = create_state_engine(path, writes=False)
        self._nodes: StateNodes | None = None
        self._at: StateHead | None = None
        with self.reading(), self.engine.begin() as connection:
            state_metadata.create_all(connection)
            if connection.execute(select(state_head.c.id)).first() is None:
                connection.execute(insert(state_head).values(id=1, **_values(_BEGIN)))

    def close(self) -> None:
        """Close the file."""
        self.engine.dispose()
        self.reader.dispose()

    def head(self) -> StateHead:
        """Return where the follower stands.

        Raises:
            StateDamagedError: the file cannot be read.
        """
        with self.reading(), self.reader.begin() as connection:
            return read_state_head(connection)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what a damaged file raises into `StateDamagedError`."""
        try:
            yield
        except (DatabaseError, BlocksError, *MALFORMED) as error:
            raise StateDamagedError(f"{self.path.name}: {error}") from error

    def catch_up(self, registry: Registry, size: int | None = None) -> StateHead:
        """Take in the entries up to `size`, or all there are; return where the state then stands.

        Raises:
            StateDamagedError: the file is damaged, or is of another log than this one.
            TamperedError: the ledger itself is damaged.
        """
        end = registry.size() if size is None else size
        head = self.head()
        self._check_same_log(registry, head)
        while head.through + 1 < end:
            first = head.through + 1
            with registry.reader.connect() as connection:
                stop = min(first + PAGE_ENTRIES, end)
                entries = [parse_entry(line) for line in store.read(connection, first, stop)]
            # If we crash here, nothing is lost: the page is read again.
            with self.reading(), self.engine.begin() as connection:
                head = self.take(connection, entries)
        return head

    def _check_same_log(self, registry: Registry, head: StateHead) -> None:
        if head.through < 0:
            return
        if head.through >= registry.size():
            raise StateDamagedError("it is ahead of the ledger")
        if registry.entry(head.through).leaf_hash != head.leaf_hash:
            raise StateDamagedError("it is of another ledger")

    def take(self, connection: Connection, entries: Sequence[Entry]) -> StateHead:
        """Take in one page of entries, in the caller's transaction."""
        head = read_state_head(connection)
        if entries[0].seq != head.through + 1 or entries[0].prev != head.leaf_hash:
            raise StateDamagedError("another process moved it, or it is of another ledger")
        blocks = StateBlocks(connect=lambda: nullcontext(connection))
        overlay = Overlay(blocks)
        for entry in entries:
            overlay.apply(*outcome_of(entry), entry.seq)
        changed, gone = _changes(overlay)
        nodes = self._resumed(connection, head)
        nodes.prefetch({*changed, *gone, *blocks.read})
        for key in gone:
            nodes.remove(key)
        for key, value in changed.items():
            nodes.set(key, value)
        supply = dict(head.supply)
        for (_, name), change_kg in overlay.supply_changed.items():
            supply[name] += change_kg
        moved = StateHead(
            through=entries[-1].seq,
            leaf_hash=entries[-1].leaf_hash,
            root=nodes.flush(),
            top=nodes.top,
            next_id=nodes.next_id,
            supply=supply,
        )
        connection.execute(update(state_head).values(_values(moved)))
        self._at = moved
        return moved

    def _resumed(self, connection: Connection, head: StateHead) -> StateNodes:
        """Return the nodes of this state; what is in memory is kept if it is of this very state."""
        nodes, at = self._nodes, self._at
        # Should this transaction fail, what is in memory is of no state at all.
        self._at, self._nodes = None, None
        if nodes is None or at != head:
            nodes = StateNodes(connection, top=head.top, root=head.root, next_id=head.next_id)
        nodes.resume(connection)
        self._nodes = nodes
        return nodes


def _changes(overlay: Overlay) -> tuple[dict[bytes, str], list[bytes]]:
    """Return what a page puts under which keys, and the keys that it takes away."""
    changed = {
        key.encode(): canonical(dict(value)).decode()
        for key, (value, _) in overlay.rows_changed.items()
    }
    for block in overlay.blocks_new.values():
        value = canonical(block_value(block.end, block.place)).decode()
        changed[block_key(block.batch, block.first).encode()] = value
    left = (block_key(batch, first).encode() for batch, first in overlay.blocks_gone)
    return changed, [key for key in left if key not in changed]


def read_state_head(connection: Connection) -> StateHead:
    """Return where the state of this transaction stands.

    Raises:
        StateDamagedError: it is of another version, or not readable.
    """
    row = connection.execute(select(state_head)).one_or_none()
    if row is None or row.version != STATE_VERSION:
        raise StateDamagedError("it is of another version")
    return StateHead(
        through=row.through,
        leaf_hash=row.leaf_hash,
        root=row.root,
        top=row.top,
        next_id=row.next_id,
        supply=json.loads(row.supply),
    )


def _values(head: StateHead) -> dict[str, object]:
    return {
        "version": STATE_VERSION,
        "through": head.through,
        "leaf_hash": head.leaf_hash,
        "root": head.root,
        "top": head.top,
        "next_id": head.next_id,
        "supply": json.dumps(head.supply, sort_keys=True),
    }
