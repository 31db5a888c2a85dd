"""Audit of state commitments: root and supply at every `through`, while the log is replayed.

The tree is kept beside the replay, and only what changed between two commitments is hashed. A
commitment speaks of entries before itself, so the replay must know beforehand where to look.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, create_engine, select

from contracts.books import MemoryBooks
from contracts.v1.state_commit import TOTALS
from ledger.audit.findings import UNREADABLE, Findings
from ledger.database.tables import log_entry
from ledger.log.canonical import canonical
from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.state_file import COMMIT_KIND, Commitment, read_commitment
from ledger.log.state_tree import EMPTY
from ledger.replay.replay import ReplayState, SupplyKey
from ledger.state.fold import block_key, block_value
from ledger.state.nodes import StateNodes
from ledger.state.tables import state_metadata

Touched = tuple[str, int, int]


@dataclass(slots=True)
class StateAudit:
    """The state beside a replay.

    Attributes:
        wanted: Commitments by the entry that they go through.
        changed: Keys changed since the tree was hashed last; no value where one is gone.
        nodes: The tree; nothing before the first commitment is due.
    """

    wanted: dict[int, list[Commitment]] = field(default_factory=dict)
    changed: dict[bytes, str | None] = field(default_factory=dict)
    nodes: StateNodes | None = None
    _touched: list[Touched] = field(default_factory=list)

    def expect(self, contents: Iterable[bytes]) -> None:
        """Take note of commitments, from entries as they are stored; others are left out."""
        for content in contents:
            try:
                commitment = read_commitment(parse_entry(content))
            except EntryError:
                continue  # The replay finds what is wrong with such an entry.
            self.wanted.setdefault(commitment.through, []).append(commitment)

    def before(self, entry: Entry, books: MemoryBooks) -> None:
        """Take note of the blocks that an entry is about to change."""
        if not self.wanted:
            return
        self._touched = [
            (moved["batch"], max(moved["first"] - 1, 0), moved["end"] + 1)
            for moved in entry.movements
        ]
        for touched in self._touched:
            for block in books.blocks(*touched):
                self.changed[block_key(block.batch, block.first).encode()] = None

    def after(self, entry: Entry, state: ReplayState, findings: Findings) -> None:
        """Take note of what an entry has changed, and check the commitments that go through it."""
        if not self.wanted:
            return
        for touched in self._touched:
            for block in state.books.blocks(*touched):
                value = canonical(block_value(block.end, block.place)).decode()
                self.changed[block_key(block.batch, block.first).encode()] = value
        for row in entry.rows:
            stored = state.books.row(row["key"])
            if stored is not None:
                self.changed[row["key"].encode()] = canonical(dict(stored)).decode()
        for commitment in self.wanted.get(entry.seq, ()):
            self._check(commitment, state, findings)

    def _check(self, commitment: Commitment, state: ReplayState, findings: Findings) -> None:
        if self.root() != commitment.root:
            findings.add_entry(
                commitment.seq,
                f"its root is not that of the state after entry {commitment.through}",
            )
        if supply_total(state.supply) != commitment.supply:
            findings.add_entry(
                commitment.seq,
                f"its supply is not that of the state after entry {commitment.through}",
            )

    def root(self) -> bytes:
        """Return the root of the state as it stands."""
        if self.nodes is None:
            connection = create_engine("sqlite://").connect()
            state_metadata.create_all(connection)
            self.nodes = StateNodes(connection, top=0, root=EMPTY, next_id=1)
        for key, value in self.changed.items():
            if value is not None:
                self.nodes.set(key, value)
            elif self.nodes.holds(key):
                self.nodes.remove(key)
        self.changed.clear()
        return self.nodes.flush()

    def close(self) -> None:
        """Let go of the tree."""
        if self.nodes is not None:
            self.nodes.close()


def supply_total(supply: dict[SupplyKey, int]) -> dict[str, int]:
    """Return kilograms by name, of all batches together."""
    total = dict.fromkeys(TOTALS, 0)
    for (_, name), quantity_kg in supply.items():
        total[name] += quantity_kg
    return total


def stored_commitments(connection: Connection, findings: Findings) -> list[bytes]:
    """Return the stored `state.commit` entries, as far as they can be read."""
    statement = select(log_entry.c.content).where(log_entry.c.kind == COMMIT_KIND)
    try:
        found = connection.execute(statement.order_by(log_entry.c.seq)).scalars().all()
    except UNREADABLE as error:
        findings.add("log_entry", f"cannot be searched: {getattr(error, 'orig', error)}")
        return []
    return [content for content in found if isinstance(content, bytes)]
