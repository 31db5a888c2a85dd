"""What a state root costs per order, at 10,000, 100,000 and 1,000,000 live blocks."""

import random
import tempfile
import time
from pathlib import Path

from sqlalchemy import update

from ledger.log.canonical import canonical
from ledger.log.entry import PREV_OF_FIRST, Entry, MovementJson
from ledger.log.merkle import leaf_hash
from ledger.state.fold import block_key, block_value
from ledger.state.nodes import StateNodes
from ledger.state.store import PAGE_ENTRIES, StateStore
from ledger.state.tables import state_head

NAME = "state-root"
SIZES = (10_000, 100_000, 1_000_000)
ORDERS = 4_000
PAGE_BLOCKS = 20_000
UNITS = 1_000
"""Units of a block; a transfer takes some from the middle of one and makes three of it."""

BATCH_BLOCKS = 5_000
RATIO_MAX = 3.0
"""Near flat: an order at 1,000,000 blocks may cost this much of one at 10,000."""


def run() -> dict[str, object]:
    """Fill a state with blocks, then follow transfers; the ratio is of processor time per order."""
    made: dict[str, dict[str, float]] = {}
    for blocks in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            made[f"{blocks} blocks"] = _measure(Path(folder), blocks)
    costs = [one["us_per_order"] for one in made.values()]
    return {
        "name": NAME,
        "ratio": round(costs[-1] / costs[0], 2),
        "against": f"the cost of an order at {SIZES[0]:,} live blocks (limit {RATIO_MAX})",
        "figures": {**made, "at_100000_of_10000": round(costs[1] / costs[0], 2)},
    }


def _measure(folder: Path, blocks: int) -> dict[str, float]:
    store = StateStore(folder / "state.db")
    began = time.perf_counter()
    _fill(store, blocks)
    filled_s = time.perf_counter() - began
    chosen = random.Random(blocks).sample(range(blocks), ORDERS)
    prev, spent_s, worked_s = PREV_OF_FIRST, 0.0, 0.0
    for first in range(0, ORDERS, PAGE_ENTRIES):
        page = []
        for seq, block in enumerate(chosen[first : first + PAGE_ENTRIES], first):
            page.append(_transfer(seq, prev, block))
            prev = page[-1].leaf_hash
        began, working = time.perf_counter(), time.process_time()
        with store.engine.begin() as connection:
            store.take(connection, page)
        spent_s += time.perf_counter() - began
        worked_s += time.process_time() - working
    size_mb = store.path.stat().st_size / 2**20
    store.close()
    return {
        "fill_s": round(filled_s, 1),
        "state_mb": round(size_mb, 1),
        "us_per_order": round(worked_s / ORDERS * 1e6, 1),
        "us_per_order_with_waiting": round(spent_s / ORDERS * 1e6, 1),
    }


def _fill(store: StateStore, blocks: int) -> None:
    head = store.head()
    with store.engine.begin() as connection:
        nodes = StateNodes(connection, top=head.top, root=head.root, next_id=head.next_id)
        for number in range(blocks):
            batch, first = _place(number)
            place = f"acct/{number % 2:08d}"
            value = canonical(block_value(first + UNITS, place)).decode()
            nodes.set(block_key(batch, first).encode(), value)
            if number % PAGE_BLOCKS == PAGE_BLOCKS - 1:
                nodes.flush()
        moved = {"root": nodes.flush(), "top": nodes.top, "next_id": nodes.next_id}
        connection.execute(update(state_head).values(moved))


def _place(number: int) -> tuple[str, int]:
    batch, position = divmod(number, BATCH_BLOCKS)
    return f"BT-F-{batch:04d}-20220101-20221231-01", position * UNITS


def _transfer(seq: int, prev: bytes, number: int) -> Entry:
    """Return an entry of which only the outcome is real: units from the middle of a block."""
    batch, first = _place(number)
    movement: MovementJson = {
        "batch": batch,
        "first": first + 300,
        "end": first + 400,
        "from": f"acct/{number % 2:08d}",
        "to": "acct/00000009",
    }
    content = b"%d %b" % (seq, leaf_hash(prev))
    return Entry(
        seq=seq,
        prev=prev,
        at_us=0,
        order={},
        order_bytes=b"",
        sigs=(),
        movements=(movement,),
        rows=(),
        content=content,
    )
