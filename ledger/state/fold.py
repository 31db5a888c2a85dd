"""The state that commitments speak of: every row and every block, as pairs of the state tree.

A row stands under its own key with the SHA-256 of its canonical value; a block under
`block/<batch>/<first, 16 digits>` with that of {"end", "place"}.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final

from contracts.books import Block, MemoryBooks
from contracts.v1.state_commit import TOTALS
from contracts.values import SUPPLY_NAMES, Json, Value, place_kind
from ledger.log.canonical import canonical
from ledger.log.state_tree import Pair, tree_hash

BLOCK_PREFIX: Final = "block/"
FIRST_DIGITS: Final = 16


def block_key(batch: str, first: int) -> str:
    """Return the key of a block in the state tree.

    Example:
        block_key("BT-F-0001-20220101-20260831-01", 0) ends with "/0000000000000000".
    """
    return f"{BLOCK_PREFIX}{batch}/{first:0{FIRST_DIGITS}d}"


def block_value(end: int, place: str) -> dict[str, Json]:
    """Return a block's value in the state."""
    return {"end": end, "place": place}


def value_digest(value: Value) -> bytes:
    """Return what stands in the tree for a value: SHA-256 of its canonical bytes."""
    return sha256(canonical(value)).digest()


def state_of(books: MemoryBooks) -> Iterator[tuple[str, Value]]:
    """Yield the whole state, by key."""
    blocks = {block_key(b.batch, b.first): _value_of(b) for b in books.all_blocks()}
    state: Mapping[str, Value] = {**books.rows, **blocks}
    for key in sorted(state, key=str.encode):
        yield key, state[key]


def _value_of(block: Block) -> Value:
    return block_value(block.end, block.place)


def pairs_of(books: MemoryBooks) -> Iterator[Pair]:
    """Yield the state as pairs of the state tree, in its order."""
    for key, value in state_of(books):
        yield key.encode(), value_digest(value)


def root_of(books: MemoryBooks) -> bytes:
    """Return the state's root, computed whole."""
    return tree_hash(pairs_of(books))


def supply_of(books: MemoryBooks) -> dict[str, int]:
    """Return the supply of all batches together, in kg: gross and where it is."""
    totals = dict.fromkeys(TOTALS, 0)
    for block in books.all_blocks():
        totals["gross"] += block.quantity_kg
        totals[SUPPLY_NAMES[place_kind(block.place)]] += block.quantity_kg
    return totals
