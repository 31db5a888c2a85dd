"""What must hold whatever happened: the log recomputed from its bytes alone, and the promises kept.

I1  what was acknowledged is there, once, with the same bytes
I2  nothing is there that nobody sent
I3  entries, chain, tree and head are one
I4  every unit is somewhere, once
I5  retired and cancelled units stay where they are
I6  tables are the log folded
I9  every entry carries the signatures of its order
I12 after the last fault everybody is answered (`play`)
"""

import json
import sqlite3

from ledger.log.entry import Entry, parse_entry
from ledger.log.merkle import Frontier, leaf_hash
from ledger.log.verify import PasskeyScope, check_signatures
from tests.simulation.people import Journal
from tests.support.read_model import ReadModel

TERMINAL = ("retired/", "cancelled/")


class BrokenError(Exception):
    """A promise is broken; the text says which."""


def check(raw: sqlite3.Connection, journal: Journal, base: int) -> int:
    """Recompute everything from the stored log; return how many entries there are.

    Args:
        raw: The database, with no transaction open.
        journal: What clients sent and were told.
        base: Entries that stood there from the beginning.

    Raises:
        BrokenError: a promise is broken.
    """
    entries = _read_log(raw)
    _check_orders(entries[base:], journal)
    _check_acks(entries, journal)
    _check_tables(raw, entries)
    return len(entries)


def _read_log(raw: sqlite3.Connection) -> list[Entry]:
    entries: list[Entry] = []
    prev, at_us = bytes(32), 0
    rows = raw.execute("SELECT seq, leaf_hash, content FROM log_entry ORDER BY seq").fetchall()
    frontier, _ = Frontier().grow([leaf_hash(content) for _, _, content in rows])
    for number, (seq, digest, content) in enumerate(rows):
        entry = parse_entry(content)
        _must(seq == number == entry.seq, "I3: a position is missing or taken twice")
        _must(leaf_hash(content) == digest, "I3: an entry does not hash to its leaf hash")
        _must(entry.prev == prev, "I3: the chain is broken")
        _must(entry.at_us >= at_us, "log time goes back")
        prev, at_us = digest, entry.at_us
        entries.append(entry)
    size, edge = raw.execute("SELECT size, frontier FROM view_head").fetchone()
    _must(size == len(entries), "I3: the head's size is not the log's")
    _must(
        Frontier.from_bytes(edge).root() == frontier.root(), "I3: the head's root is not the log's"
    )
    return entries


def _check_orders(entries: list[Entry], journal: Journal) -> None:
    done: set[int] = set()
    for entry in entries:
        wish = journal.sent.get(entry.order_bytes)
        _must(wish is not None, "I2: nobody sent this order")
        _must(wish not in done, "I1: one wish was recorded twice")
        done.add(wish or 0)
        check_signatures(entry, PasskeyScope())


def _check_acks(entries: list[Entry], journal: Journal) -> None:
    for ack in journal.acks:
        _must(ack.seq < len(entries), f"I1: acknowledged entry {ack.seq} is lost")
        same = entries[ack.seq].leaf_hash == ack.leaf_hash
        _must(same, f"I1: entry {ack.seq} is another than was acknowledged")


def _check_tables(raw: sqlite3.Connection, entries: list[Entry]) -> None:
    model = ReadModel(entries.__getitem__)
    model.advance(len(entries))
    _must(
        not any(move.source.startswith(TERMINAL) for move in model.moves),
        "I5: terminal units were moved",
    )
    rows = {key: json.loads(value) for key, value in raw.execute("SELECT key, value FROM view_row")}
    _must(rows == model.rows, "I6: rows are not the log folded")
    blocks: dict[str, list[tuple[int, int, str]]] = {}
    for batch, first, end, place in raw.execute(
        'SELECT batch, "first", "end", place FROM view_block ORDER BY batch, "first"'
    ):
        blocks.setdefault(batch, []).append((first, end, place))
    _must(blocks == model.blocks, "I6: blocks are not the log folded")
    for batch, parts in blocks.items():
        ends = [0, *(end for _, end, _ in parts)]
        tiled = all(first == end for (first, _, _), end in zip(parts, ends, strict=False))
        _must(tiled, f"I4: the blocks of {batch} do not tile it")
    supply = "SELECT name, sum(quantity_kg) FROM view_supply GROUP BY name"
    stored = {name: kg for name, kg in raw.execute(supply) if kg}
    _must(stored == model.supply(), "I4: the supply is not what the blocks hold")


def _must(holds: bool, promise: str) -> None:
    if not holds:
        raise BrokenError(promise)
