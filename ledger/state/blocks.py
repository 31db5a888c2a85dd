"""The blocks of `state.db` as the follower needs them, checked for gaps as they are read."""

import json
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import select

from contracts.books import Block
from ledger.books.projection import StoredBooks
from ledger.state.fold import block_key
from ledger.state.records import StateDamagedError
from ledger.state.tables import state_leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBlocks(StoredBooks):
    """Blocks for posting movements on them.

    Attributes:
        read: The keys of all blocks read, for the tree to vouch for.
    """

    read: set[bytes] = field(default_factory=set)

    def blocks(self, batch: str, first: int, end: int) -> tuple[Block, ...]:
        """Return the blocks of a batch that touch [first, end), in order of their numbers.

        Raises:
            StateDamagedError: a block that must be there is missing.
        """
        key, value = state_leaf.c.key, state_leaf.c.value
        lowest, highest = block_key(batch, 0), block_key(batch, end)
        before = (
            select(key)
            .where(key >= lowest, key <= block_key(batch, first))
            .order_by(key.desc())
            .limit(1)
        )
        with self.connect() as connection:
            start = connection.execute(before).scalar() or lowest
            statement = select(key, value).where(key >= start, key < highest).order_by(key)
            blocks = [_block(batch, *row) for row in connection.execute(statement)]
            issued = connection.execute(select(value).where(key == f"batch/{batch}")).scalar()
        gross_kg = 0 if issued is None else int(json.loads(issued)["gross_kg"])
        touched = tuple(block for block in blocks if block.end > first)
        _check_gaps(touched, first, min(end, gross_kg))
        self.read.update(block_key(batch, block.first).encode() for block in touched)
        self.read.update([f"batch/{batch}".encode()] if issued else ())
        return touched


def _block(batch: str, key: str, text: str) -> Block:
    value = json.loads(text)
    return Block(batch, int(key.rpartition("/")[2]), value["end"], value["place"])


def _check_gaps(blocks: tuple[Block, ...], first: int, end: int) -> None:
    """Check that blocks lie side by side and hold all of [first, end)."""
    if first >= end:
        return
    whole = bool(blocks) and blocks[0].first <= first and blocks[-1].end >= end
    if not whole or any(one.end != other.first for one, other in pairwise(blocks)):
        raise StateDamagedError(f"blocks are missing between {first} and {end}")
