"""A ledger with many entries and many live blocks, written quickly.

What stands in it is what `submit` would have recorded: orders signed by their holder, entries in
the chain and the tree, movements and blocks that follow from them; the audit finds nothing. Only
nobody decided them one by one, because that is not what is measured on it.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete

from contracts.books import Block
from contracts.values import Json
from ledger import store
from ledger.books.writing import block_values, movement_values
from ledger.database.bulk import insert_many
from ledger.database.tables import view_block, view_movement
from ledger.intake.envelope import SignedOrder, signed_order
from ledger.log.canonical import encode_parsed
from ledger.log.entry import Entry, MovementJson, build_entry, signed_bytes
from ledger.log.signature import ED25519, Signature
from ledger.store import Head
from tests.support import bodies
from tests.support.ledger import ORIGIN, Scene, open_scene

HOLDERS: Final = 32
PAGE: Final = 4_096
SPACE: Final = 2
"""Every second unit goes to another holder, so that no two blocks coalesce."""


@dataclass(slots=True)
class LoadedLedger:
    """A scene with a batch whose units lie one by one with many holders.

    Attributes:
        first: The first unit that was transferred; number i is unit `first` + 2 i.
        count: How many were.
    """

    scene: Scene
    batch: str
    holders: list[str]
    first: int
    count: int
    random: Random
    keys: dict[str, Ed25519PrivateKey]
    named: set[int] = field(default_factory=set)

    def transfer(self, source: str, target: str, **units: Json) -> SignedOrder:
        """Return a signed transfer between two holders."""
        order, order_bytes, sigs = self._signed(source, bodies.transfer(source, target, **units))
        del order_bytes
        return signed_order(order, [dict(sig.to_json()) for sig in sigs])

    def orders(self, count: int, *, naming: bool) -> Iterator[SignedOrder]:
        """Yield transfers of the oldest units; with `naming`, half name units anywhere instead."""
        for turn in range(count):
            source, target = self.random.sample(self.holders, 2)
            if turn % 2 or not naming:
                yield self.transfer(source, target, quantity_kg=1)
                continue
            number = self._unnamed()
            source = self.holders[number % HOLDERS]
            target = self.random.choice([one for one in self.holders if one != source])
            self.named.add(number)
            first = self.first + SPACE * number
            part: Json = {"batch": self.batch, "end": first + 1, "first": first}
            yield self.transfer(source, target, ranges=[part])

    def _unnamed(self) -> int:
        """Return one of the younger units that has not been named; the older go by amount."""
        while (number := self.random.randrange(self.count // 2, self.count)) in self.named:
            pass
        return number

    def _signed(
        self, source: str, body: dict[str, Json]
    ) -> tuple[dict[str, Json], bytes, tuple[Signature, ...]]:
        order = self.scene.world.order("units.transfer", f"acct/{source}", body)
        order_bytes = encode_parsed(order)
        private = self.keys[source]
        sig = Signature(
            alg=ED25519,
            key=private.public_key().public_bytes_raw(),
            sig=private.sign(signed_bytes(ORIGIN, order_bytes)),
        )
        return order, order_bytes, (sig,)

    def write(self, count: int) -> None:
        """Append so many transfers of the owner's units, and the blocks that follow from them."""
        registry, owner = self.scene.world.registry, self.scene.owner
        [whole] = [
            b for b in registry.books().holdings(f"acct/{owner}", 2**50) if b.batch == self.batch
        ]
        self.first, self.count = whole.first + 1, count
        with registry.writer.begin() as connection:
            key = (view_block.c.batch == whole.batch) & (view_block.c.first == whole.first)
            connection.execute(delete(view_block).where(key))
            ends = [
                Block(whole.batch, whole.first, self.first, whole.place),
                Block(whole.batch, self.first + SPACE * count - 1, whole.end, whole.place),
            ]
            insert_many(connection, view_block, [block_values(block) for block in ends])
            head = store.lock_head(connection)
            began = time.monotonic()
            for start in range(0, count, PAGE):
                numbers = range(start, min(start + PAGE, count))
                entries = list(self._entries(head, numbers))
                head = store.append(connection, entries, after=head)
                moved = [values for entry in entries for values in movement_values(entry)]
                insert_many(connection, view_movement, moved)
                blocks = [block for number in numbers for block in self._blocks(number)]
                insert_many(connection, view_block, [block_values(block) for block in blocks])
                sys.stderr.write(f"\r{head.size:,} entries, {time.monotonic() - began:.0f} s ")
        sys.stderr.write("\n")
        registry.raise_mark()

    def _blocks(self, number: int) -> Iterator[Block]:
        first = self.first + SPACE * number
        yield Block(self.batch, first, first + 1, f"acct/{self.holders[number % HOLDERS]}")
        if number < self.count - 1:
            yield Block(self.batch, first + 1, first + SPACE, f"acct/{self.scene.owner}")

    def _entries(self, head: Head, numbers: range) -> Iterator[Entry]:
        seq, prev, owner = head.size, head.leaf_hash, self.scene.owner
        for number in numbers:
            first, target = self.first + SPACE * number, self.holders[number % HOLDERS]
            part: Json = {"batch": self.batch, "end": first + 1, "first": first}
            order, order_bytes, sigs = self._signed(
                owner, bodies.transfer(owner, target, ranges=[part])
            )
            movement: MovementJson = {
                "batch": self.batch,
                "end": first + 1,
                "first": first,
                "from": f"acct/{owner}",
                "to": f"acct/{target}",
            }
            at_us = self.scene.world.now_us
            content = build_entry(
                seq=seq,
                prev=prev,
                at_us=at_us,
                order=order_bytes,
                sigs=sigs,
                movements=[movement],
                rows=[],
            )
            entry = Entry(
                seq=seq,
                prev=prev,
                at_us=at_us,
                order=order,
                order_bytes=order_bytes,
                sigs=sigs,
                movements=(movement,),
                rows=(),
                content=content,
            )
            yield entry
            seq, prev = seq + 1, entry.leaf_hash


def load(folder: Path, count: int) -> LoadedLedger:
    """Make a ledger of so many transfers and twice as many live blocks, in an empty folder."""
    scene = open_scene(folder)
    holders = [scene.world.open_account(f"holder {number}") for number in range(HOLDERS)]
    batch = scene.world.issue(scene.owner, scene.verifier, "0001", 3 * SPACE * count)
    keys = {
        account: Ed25519PrivateKey.from_private_bytes(people[0].seed)
        for account, people in scene.world.people.items()
    }
    ledger = LoadedLedger(scene, batch, holders, 0, count, Random(count), keys)
    ledger.write(count)
    return ledger
