"""The state tree in `state.db`: a search, a change, and the new root, a few nodes at a time.

Nothing that is read is believed: a node's hash must be the one that its parent states, from the
root on, which the head states and the log commits. So a flipped bit cannot come into a root, and
what a change does not touch keeps its hash.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection

from ledger.log.state_tree import EMPTY, Path, bit_of, first_difference, node_hash
from ledger.state.records import Leaf, Node, StateDamagedError, check_stated
from ledger.state.tables import (
    DELETE_LEAF,
    DELETE_NODE,
    NODE_COLUMNS,
    SOME_LEAVES,
    SOME_NODES,
    UPSERT_LEAF,
    UPSERT_NODE,
)

IDS_PER_STATEMENT: Final = 500
NODES_KEPT: Final = 50_000
"""Nodes that stay in memory between batches: about 20 MB."""


class StateNodes:
    """The nodes that a batch of changes needs, and what becomes of them.

    Attributes:
        top: The topmost child number; 0 for an empty tree.
        root: Its hash; while changes are pending, the one before them.
        next_id: The next number to be given.
    """

    __slots__ = (
        *("_connection", "_dirty", "_gone", "_leaves", "_link", "_nodes"),
        *("next_id", "root", "top"),
    )

    def __init__(self, connection: Connection, *, top: int, root: bytes, next_id: int) -> None:
        self._connection = connection
        self._nodes: dict[int, Node] = {}
        self._leaves: dict[int, Leaf] = {}
        self._dirty: set[int] = set()
        self._gone: set[int] = set()
        self._link = root
        self.top, self.root, self.next_id = top, root, next_id

    def resume(self, connection: Connection) -> None:
        """Go on with another connection to the same state."""
        self._connection = connection

    def set(self, key: bytes, value: str) -> None:
        """Put a canonical value under a key.

        Raises:
            StateDamagedError: a node on the way is not the one that its parent states.
        """
        if not self.top:
            self.top, self._link = self._new_leaf(key, value), b""
            return
        way, _, leaf = self._search(key)
        if leaf.key == key:
            leaf.value, leaf.changed = value, True
            self._dirty.update(name for name, _ in way)
            return
        bit = first_difference(leaf.key, key)
        above = [(name, node) for name, node in way if node.bit < bit]
        below, digest = self.top, self._link
        if above:
            last = above[-1][1]
            below, digest = last.child(bit_of(key, last.bit))
        node = Node(bit, below, below, digest, digest)
        # Hashes of what is new or changed are filled in by `flush`.
        node.turn(bit_of(key, bit), self._new_leaf(key, value), b"")
        name = self._new_id()
        self._nodes[name] = node
        self._replace(above, key, name, b"")
        self._dirty.add(name)

    def remove(self, key: bytes) -> None:
        """Take a key away.

        Raises:
            StateDamagedError: it is not there, or a node on the way is damaged.
        """
        if not self.top:
            raise StateDamagedError(f"{key!r} is missing")
        way, number, leaf = self._search(key)
        if leaf.key != key:
            raise StateDamagedError(f"{key!r} is missing")
        del self._leaves[-number]
        self._gone.add(number)
        if not way:
            self.top = 0
            return
        name, parent = way.pop()
        sibling, digest = parent.child(1 - bit_of(key, parent.bit))
        del self._nodes[name]
        self._dirty.discard(name)
        self._gone.add(name)
        self._replace(way, key, sibling, digest)

    def _replace(
        self, above: Sequence[tuple[int, Node]], key: bytes, number: int, digest: bytes
    ) -> None:
        if above:
            above[-1][1].turn(bit_of(key, above[-1][1].bit), number, digest)
        else:
            self.top, self._link = number, digest
        self._dirty.update(name for name, _ in above)

    def _new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def _new_leaf(self, key: bytes, value: str) -> int:
        number = self._new_id()
        self._leaves[number] = Leaf(key, value, changed=True)
        return -number

    def holds(self, key: bytes) -> bool:
        """Say whether a key is there."""
        return self.top != 0 and self._search(key)[2].key == key

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
        self._connection.engine.dispose()

    def path(self, key: bytes) -> Path | None:
        """Return the way of a search for a key in a tree without pending changes."""
        if not self.top:
            return None
        way, _, leaf = self._search(key)
        steps = ((node.bit, node.child(1 - bit_of(key, node.bit))[1]) for _, node in reversed(way))
        digest = sha256(leaf.value.encode()).digest()
        return Path(key=leaf.key, value=digest, steps=tuple(steps))

    def _search(self, key: bytes) -> tuple[list[tuple[int, Node]], int, Leaf]:
        """Return the inner nodes on the way from the top, and the leaf at its end."""
        way: list[tuple[int, Node]] = []
        number, digest = self.top, self._link
        while number > 0:
            if number not in self._nodes:
                self._load({number: digest})
            node = self._nodes[number]
            check_stated(number, node.digest, digest)
            way.append((number, node))
            number, digest = node.child(bit_of(key, node.bit))
        if -number not in self._leaves:
            self._load({number: digest})
        leaf = self._leaves[-number]
        check_stated(number, leaf.digest, digest)
        return way, number, leaf

    def prefetch(self, keys: Iterable[bytes]) -> None:
        """Load what searches for these keys meet, a few statements for all of them."""
        if not self.top:
            return
        places = dict.fromkeys(keys, (self.top, self.root))
        while places:
            missing = {n: h for n, h in places.values() if abs(n) not in self._table(n)}
            self._load(missing)
            ahead: dict[bytes, tuple[int, bytes]] = {}
            for key, (number, _) in places.items():
                if number > 0:
                    node = self._nodes[number]
                    ahead[key] = node.child(bit_of(key, node.bit))
            places = ahead

    def _table(self, number: int) -> dict[int, Any]:
        return self._nodes if number > 0 else self._leaves

    def _load(self, wanted: dict[int, bytes]) -> None:
        """Load children by their numbers; each must have the hash that its parent states."""
        nodes = [number for number in wanted if number > 0]
        leaves = [-number for number in wanted if number < 0]
        for part in _parts(nodes):
            for row in self._connection.execute(SOME_NODES, {"ids": part}):
                node = Node(*row[1:])
                if node_hash(node.bit, node.left_hash, node.right_hash) == wanted[row[0]]:
                    node.digest = wanted[row[0]]
                    self._nodes[row[0]] = node
        for part in _parts(leaves):
            for number, key, value in self._connection.execute(SOME_LEAVES, {"ids": part}):
                leaf = Leaf(key.encode(), value)
                if leaf.hash() == wanted[-number]:
                    leaf.digest = wanted[-number]
                    self._leaves[number] = leaf
        for number in wanted:
            if abs(number) not in self._table(number):
                check_stated(number, b"", b"missing")

    def flush(self) -> bytes:
        """Compute the new root, write what changed, and return the root."""
        hashes: dict[int, bytes] = {}
        changed = [(number, leaf) for number, leaf in self._leaves.items() if leaf.changed]
        for number, leaf in changed:
            leaf.digest = hashes[-number] = leaf.hash()
        # A child's bit is higher than its parent's, so children come first.
        for number in sorted(self._dirty, key=lambda number: -self._nodes[number].bit):
            node = self._nodes[number]
            node.left_hash = hashes.get(node.left, node.left_hash)
            node.right_hash = hashes.get(node.right, node.right_hash)
            node.digest = hashes[number] = node_hash(node.bit, node.left_hash, node.right_hash)
        self._link = self.root = hashes.get(self.top, self._link) if self.top else EMPTY
        self._write(changed)
        self._dirty.clear()
        self._gone.clear()
        for _, leaf in changed:
            leaf.changed = False
        if len(self._nodes) + len(self._leaves) > NODES_KEPT:
            self._nodes.clear()
            self._leaves.clear()
        return self.root

    def _write(self, changed: Sequence[tuple[int, Leaf]]) -> None:
        execute = self._connection.execute
        gone_nodes = [{"gone": number} for number in self._gone if number > 0]
        gone_leaves = [{"gone": -number} for number in self._gone if number < 0]
        if gone_leaves:
            execute(DELETE_LEAF, gone_leaves)
        if gone_nodes:
            execute(DELETE_NODE, gone_nodes)
        leaves = [
            {"id": number, "key": leaf.key.decode(), "value": leaf.value}
            for number, leaf in changed
        ]
        if leaves:
            execute(UPSERT_LEAF, leaves)
        nodes = [{"id": number, **_values(self._nodes[number])} for number in self._dirty]
        if nodes:
            execute(UPSERT_NODE, nodes)


def _values(node: Node) -> dict[str, object]:
    return {name: getattr(node, name) for name in NODE_COLUMNS}


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(numbers), IDS_PER_STATEMENT):
        yield numbers[first : first + IDS_PER_STATEMENT]
