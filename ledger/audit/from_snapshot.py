"""Auditing from a snapshot on: the whole tree, but only later orders are decided again.

The snapshot must hash to a root that a `state.commit` of this very log commits. What came before
it is taken from there: that the rules allowed it is not shown, nor that a later nonce is new.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from contracts.books import MemoryBooks
from contracts.invariants import supply_changes
from contracts.values import ISSUE, Movement
from ledger.audit.commitments import StateAudit
from ledger.audit.findings import Finding, Findings
from ledger.log.canonical import canonical
from ledger.log.entry import EntryError, parse_entry
from ledger.log.merkle import Frontier, leaf_hash
from ledger.log.state_file import COMMIT_KIND, read_commitment
from ledger.log.verify import ChainError, ChainState, PasskeyScope, check_signatures, passkey_scope
from ledger.replay.redecide import Redecider
from ledger.replay.replay import ReplayState
from ledger.state.fold import state_of
from ledger.state.snapshot import SnapshotHead, read_snapshot

_MARK: Final = f'"kind":"{COMMIT_KIND}"'.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReport:
    """What an audit from a snapshot found.

    Attributes:
        ok: Nothing is wrong, and the log commits the snapshot's root.
        entries: How many entries the chain has.
        replayed: How many of them were decided again.
        committed_seq: The entry that commits the snapshot; nothing if none does.
        root: The Merkle root over all entries.
        findings: Everything found.
    """

    ok: bool
    entries: int
    replayed: int
    committed_seq: int | None
    root: bytes
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Walk:
    head: SnapshotHead
    redecider: Redecider
    findings: Findings = field(default_factory=Findings)
    state: StateAudit = field(default_factory=StateAudit)
    frontier: Frontier = field(default_factory=Frontier)
    scope: PasskeyScope = field(default_factory=PasskeyScope)
    committed_seq: int | None = None
    replayed: int = 0


def audit_from_snapshot(path: Path, read: Callable[[], Iterable[bytes]]) -> SnapshotReport:
    """Audit a log from a snapshot on.

    Args:
        path: The snapshot.
        read: Gives all entries of the log as they are stored or exported; called twice.

    Raises:
        SnapshotError: the file is no snapshot, or does not hash to its root.
    """
    head, books = read_snapshot(path)
    walk = _Walk(head=head, redecider=Redecider(state=_begun(books)))
    walk.state.changed.update(
        (key.encode(), canonical(dict(value)).decode()) for key, value in state_of(books)
    )
    for seq, content in enumerate(read()):
        # Entries up to the snapshot are not decided again, so none of them may vouch for it.
        if seq > head.through and _MARK in content:
            _note_commitment(walk, seq, content)
    for seq, content in enumerate(read()):
        _take(walk, seq, content)
    if walk.committed_seq is None:
        walk.findings.add(path.name, "no entry of this log commits its root")
    if walk.frontier.size <= head.through:
        walk.findings.add(path.name, f"the log ends before entry {head.through}")
    walk.state.close()
    findings = tuple(walk.findings.items)
    return SnapshotReport(
        ok=not findings,
        entries=walk.frontier.size,
        replayed=walk.replayed,
        committed_seq=walk.committed_seq,
        root=walk.frontier.root(),
        findings=findings,
    )


def _begun(books: MemoryBooks) -> ReplayState:
    """Return a replay that stands at the snapshot; its chain is set when the walk gets there."""
    issued = (
        Movement(block.batch, block.first, block.end, ISSUE, block.place)
        for block in books.all_blocks()
    )
    return ReplayState(books=books, supply=supply_changes(issued))


def _note_commitment(walk: _Walk, seq: int, content: bytes) -> None:
    try:
        commitment = read_commitment(parse_entry(content))
    except EntryError:
        return  # The words may stand in any text; what is wrong with an entry is found below.
    if commitment.seq != seq:
        return  # found below as well
    if commitment.through > walk.head.through:
        walk.state.expect([content])
    elif commitment.through == walk.head.through and commitment.root == walk.head.root:
        walk.committed_seq = commitment.seq


def _take(walk: _Walk, seq: int, content: bytes) -> None:
    leaf = leaf_hash(content)
    walk.frontier = walk.frontier.append(leaf)
    through = walk.head.through
    if 0 < seq < through:
        return
    try:
        entry = parse_entry(content)
    except EntryError as error:
        walk.findings.add_entry(seq, str(error))
        return
    if seq == 0:
        walk.scope = passkey_scope(entry)
    state = walk.redecider.state
    if seq <= through:
        state.chain = ChainState(
            size=seq + 1,
            head=leaf,
            at_us=entry.at_us,
            origin=str(entry.order["log"]),
            frontier=walk.frontier,
        )
        return
    walk.replayed += 1
    try:
        check_signatures(entry, walk.scope)
    except ChainError as error:
        walk.findings.add_entry(seq, error.reason)
    walk.state.before(entry, state.books)
    for fault in walk.redecider.take(entry):
        walk.findings.add_entry(seq, fault)
    walk.state.after(entry, state, walk.findings)
