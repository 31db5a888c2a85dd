"""Audit of the log: every entry, its place in the chain, its signatures, what the rules yield."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, func, select, type_coerce
from sqlalchemy.types import NullType

from ledger.audit.commitments import StateAudit
from ledger.audit.findings import UNREADABLE, Findings
from ledger.books.writing import movement_values
from ledger.database.tables import log_entry, view_movement
from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.merkle import Frontier, leaf_hash
from ledger.log.verify import ChainError, PasskeyScope, check_signatures, passkey_scope
from ledger.replay.redecide import Redecider
from ledger.store import SUBTREE_BITS

PAGE_ROWS: Final = 512
_FIRST: Final = -(2**63)
_COLUMNS: Final = ("actor", "nonce", "kind")


@dataclass(slots=True)
class LogAudit:
    """What a replay for an audit has reached.

    Attributes:
        findings: Where everything that is wrong is noted.
        verify: Whether signatures are verified as well.
        progress: Called with (entries done, entries in all).
        redecider: The books and the chain.
        tree: The Merkle tree's edge over the bytes as they are stored.
        subtrees: What `log_subtree` must hold: hash by (level, position).
        roots: Root by size, for the sizes asked for beforehand.
        state: The state tree beside the books, for what the log commits of it.
        next_seq: Where the next entry must stand.
        movements: How many movements the entries have made.
        signatures: How many signatures were verified.
        anchors: How many anchors the log records.
        dates: How many of their time stamps were checked against trusted roots, and hold.
    """

    findings: Findings
    verify: bool = True
    progress: Callable[[int, int], None] | None = None
    redecider: Redecider = field(default_factory=Redecider)
    tree: Frontier = field(default_factory=Frontier)
    scope: PasskeyScope = field(default_factory=PasskeyScope)
    subtrees: dict[tuple[int, int], bytes] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    state: StateAudit = field(default_factory=StateAudit)
    next_seq: int = 0
    movements: int = 0
    signatures: int = 0
    anchors: int = 0
    dates: int = 0


def replay_log(connection: Connection, audit: LogAudit) -> None:
    """Replay the stored log from entry 0, deciding every order again."""
    total = 0
    with audit.findings.reading("log_entry"):
        total = connection.execute(select(func.count()).select_from(log_entry)).scalar_one()
    with ThreadPoolExecutor(2) as pool:
        for page in _pages(connection, audit.findings):
            entries = [entry for row in page if (entry := _read_row(audit, row)) is not None]
            verdicts = _start_verifying(pool, audit, entries)
            for entry in entries:
                audit.state.before(entry, audit.redecider.state.books)
                for fault in audit.redecider.take(entry):
                    audit.findings.add_entry(entry.seq, fault)
                audit.state.after(entry, audit.redecider.state, audit.findings)
            _check_movements(connection, audit, entries)
            for verdict in verdicts:
                for error in verdict.result():
                    audit.findings.add_entry(error.seq, error.reason)
            if audit.progress:
                audit.progress(audit.tree.size, total)


def raw(table: Table) -> list[Any]:
    """Return a table's columns to be read as whatever is stored, of whatever type."""
    return [type_coerce(column, NullType()).label(column.name) for column in table.columns]


def _pages(connection: Connection, findings: Findings) -> Iterator[Sequence[Row[Any]]]:
    last = _FIRST
    while True:
        statement = select(*raw(log_entry)).where(log_entry.c.seq > last)
        try:
            page = connection.execute(statement.order_by(log_entry.c.seq).limit(PAGE_ROWS)).all()
        except UNREADABLE:
            page = _one_by_one(connection, findings, max(last + 1, 0))
        if not page:
            return
        yield page
        last = page[-1].seq


def _one_by_one(connection: Connection, findings: Findings, first: int) -> Sequence[Row[Any]]:
    """Read a page of which some row cannot be read; name those that cannot."""
    found: list[Row[Any]] = []
    for seq in range(first, first + PAGE_ROWS):
        try:
            statement = select(*raw(log_entry)).where(log_entry.c.seq == seq)
            found.extend(connection.execute(statement).all())
        except UNREADABLE as error:
            findings.add_entry(seq, f"cannot be read: {getattr(error, 'orig', error)}")
    return found


def _read_row(audit: LogAudit, row: Row[Any]) -> Entry | None:
    """Check a stored row by itself, and put its bytes into the tree."""
    findings, content = audit.findings, row.content
    if not isinstance(row.seq, int) or row.seq < 0 or not isinstance(content, bytes):
        findings.add(f"log_entry {row.seq}", "is no entry at all")
        return None
    if row.seq > audit.next_seq:
        findings.add_entry(audit.next_seq, f"is missing, with all before entry {row.seq}")
    audit.next_seq = row.seq + 1
    digest = leaf_hash(content)
    if row.leaf_hash != digest:
        findings.add_entry(row.seq, "does not hash to its leaf hash")
    _grow(audit, digest)
    try:
        entry = parse_entry(content)
    except EntryError as error:
        findings.add_entry(row.seq, str(error))
        entry = None
    if entry is None or entry.seq != row.seq:
        findings.add_entry(row.seq, "its bytes are not this entry")
    if entry is None:
        return None
    stored = {name: getattr(row, name) for name in (*_COLUMNS, "at_us")}
    wanted = {name: entry.order[name] for name in _COLUMNS} | {"at_us": entry.at_us}
    for name, value in wanted.items():
        if stored[name] != value:
            findings.add_entry(row.seq, f"column {name} is not what the entry says")
    return entry


def _grow(audit: LogAudit, digest: bytes) -> None:
    audit.tree, nodes = audit.tree.grow((digest,))
    for node in nodes:
        if node.level % SUBTREE_BITS == 0:
            audit.subtrees[node.level // SUBTREE_BITS, node.index] = node.digest
    if audit.tree.size in audit.roots:
        audit.roots[audit.tree.size] = audit.tree.root()


def _start_verifying(
    pool: ThreadPoolExecutor, audit: LogAudit, entries: Sequence[Entry]
) -> list[Future[list[ChainError]]]:
    """Verify signatures on other threads, while this one replays."""
    if not audit.verify or not entries:
        return []
    if entries[0].seq == 0:
        audit.scope = passkey_scope(entries[0])
    audit.signatures += sum(len(entry.sigs) for entry in entries)
    middle = (len(entries) + 1) // 2
    return [
        pool.submit(_verify, part, audit.scope) for part in (entries[:middle], entries[middle:])
    ]


def _verify(entries: Sequence[Entry], scope: PasskeyScope) -> list[ChainError]:
    found = []
    for entry in entries:
        try:
            check_signatures(entry, scope)
        except ChainError as error:
            found.append(error)
    return found


def _check_movements(connection: Connection, audit: LogAudit, entries: Sequence[Entry]) -> None:
    """Compare `view_movement` with what these entries say."""
    if not entries:
        return
    wanted = {
        (values["seq"], values["position"]): tuple(values.values())
        for entry in entries
        for values in movement_values(entry)
    }
    audit.movements += len(wanted)
    first, last = entries[0].seq, entries[-1].seq
    with audit.findings.reading(view_movement.name):
        statement = select(*raw(view_movement))
        rows = connection.execute(statement.where(view_movement.c.seq.between(first, last))).all()
        for row in rows:
            where = f"view_movement {row.seq}/{row.position}"
            if wanted.pop((row.seq, row.position), None) != tuple(row):
                audit.findings.add(where, "is not what the log yields")
        for seq, position in wanted:
            audit.findings.add(f"view_movement {seq}/{position}", "is missing")
