"""What every reading route should answer, computed from the log's entries and nothing else.

The model keeps each batch as a list of (first, end, place) and knows no database. It only goes
forwards: `advance` applies entries up to the size that an answer names.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from contracts.ranges import Range, serial_text
from ledger.log.entry import Entry
from ledger.log.merkle import Frontier, leaf_hash

Json = Any
SUPPLY = {
    "acct": "held",
    "buffer": "buffer",
    "cancelled": "cancelled",
    "frozen": "frozen",
    "pledge": "pledged",
    "resv": "reserved",
    "retired": "retired",
}


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """A movement with the entry that made it."""

    seq: int
    position: int
    kind: str
    at_us: int
    batch: str
    first: int
    end: int
    source: str
    target: str

    def to_json(self) -> Json:
        """Return it as the routes show it."""
        return {
            "seq": self.seq,
            "position": self.position,
            "kind": self.kind,
            "at_us": self.at_us,
            "first": self.first,
            "end": self.end,
            "from": self.source,
            "to": self.target,
            "serial": serial_text(self.batch, Range(self.first, self.end)),
        }


@dataclass(slots=True)
class ReadModel:
    """The ledger as its first `size` entries make it."""

    entry: Callable[[int], Entry]
    size: int = 0
    frontier: Frontier = field(default_factory=Frontier)
    rows: dict[str, Json] = field(default_factory=dict)
    blocks: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)

    def advance(self, size: int) -> bytes:
        """Apply entries until there are `size`; return their Merkle root."""
        leaves = []
        for seq in range(self.size, size):
            entry = self.entry(seq)
            leaves.append(leaf_hash(entry.content))
            self.rows |= {row["key"]: row["value"] for row in entry.rows}
            for position, moved in enumerate(entry.movements):
                units = (moved["batch"], moved["first"], moved["end"], moved["from"], moved["to"])
                kind = str(entry.order["kind"])
                self._move(Move(seq, position, kind, entry.at_us, *units))
        self.size = size
        if leaves:
            self.frontier, _ = self.frontier.grow(leaves)
        return self.frontier.root()

    def _move(self, move: Move) -> None:
        self.moves.append(move)
        kept = []
        for first, end, place in self.blocks.get(move.batch, []):
            parts = ((first, min(end, move.first)), (max(first, move.end), end))
            kept += [(low, high, place) for low, high in parts if low < high]
        joined: list[tuple[int, int, str]] = []
        for first, end, place in sorted([*kept, (move.first, move.end, move.target)]):
            if joined and joined[-1][2] == place:
                joined[-1] = (joined[-1][0], end, place)
            else:
                joined.append((first, end, place))
        self.blocks[move.batch] = joined

    def page(self, prefix: str, cursor: str, limit: int) -> list[Json]:
        """Return a page of rows under a prefix, each with its id."""
        keys = sorted(key for key in self.rows if key.startswith(prefix))
        after = (key for key in keys if key > f"{prefix}{cursor}")
        return [{"id": key.removeprefix(prefix), **self.rows[key]} for key in islice(after, limit)]

    def supply(self, *batches: str) -> dict[str, int]:
        """Return kilograms by name; a name that never had any is left out."""
        found: dict[str, int] = {}
        for batch in batches or self.blocks:
            for first, end, place in self.blocks[batch]:
                name = SUPPLY[place.split("/")[0]]
                found[name] = found.get(name, 0) + end - first
                found["gross"] = found.get("gross", 0) + end - first
        return found

    def identity(self, *batches: str) -> Json:
        """Return the supply identity of some batches, or of all."""
        kg = self.supply(*batches)
        names = sorted(SUPPLY.values())
        whole = {name: kg.get(name, 0) for name in names}
        return {"gross": kg.get("gross", 0), **whole, "identity_holds": True}

    def batch(self, batch: str, cursor: int, limit: int) -> Json:
        """Return what is shown of a batch."""
        page = [block for block in self.blocks[batch] if block[0] >= cursor][:limit]
        shown = [
            {"first": first, "end": end, "place": place, "serial": _serial(batch, first, end)}
            for first, end, place in page
        ]
        row = self.rows[f"batch/{batch}"]
        return {"id": batch, **row, "supply": self.supply(batch), "blocks": shown}

    def serial(self, batch: str, first: int, end: int) -> Json:
        """Return where units are and what happened to them."""
        now = [
            {"first": low, "end": high, "place": place, "state_proof": None}
            for low, high, place in self.blocks[batch]
            if low < end and high > first
        ]
        life = (m for m in self.moves if m.batch == batch and m.first < end and m.end > first)
        shown = [move.to_json() for move in islice(life, 1_000)]
        return {"batch": batch, "first": first, "end": end, "now": now, "life": shown}

    def account(self, account: str) -> Json:
        """Return what is shown of an account, its holdings oldest first."""
        row = self.rows[f"acct/{account}"]
        held = {
            batch: sum(end - first for first, end, place in blocks if place == f"acct/{account}")
            for batch, blocks in sorted(self.blocks.items(), key=lambda one: _age(one[0]))
        }
        shown = ("type", "dual_control", "ets_covered", "affiliated", "opened_at_us")
        return {
            "id": account,
            **{name: row[name] for name in shown},
            "balance_kg": sum(held.values()),
            "holdings": [{"batch": b, "quantity_kg": kg} for b, kg in held.items() if kg],
        }

    def retirement(self, retirement: str) -> Json:
        """Return a retirement with what it moved."""
        row = self.rows[f"retire/{retirement}"]
        units = [move.to_json() for move in self.moves if move.seq == row["retired_seq"]]
        return {"id": retirement, **row, "units": units}

    def ids(self, prefix: str) -> Iterator[str]:
        """Yield the ids under a prefix."""
        return (key.removeprefix(prefix) for key in self.rows if key.startswith(prefix))


def _age(batch: str) -> tuple[str, str]:
    return batch.split("-")[3], batch


def _serial(batch: str, first: int, end: int) -> str:
    return serial_text(batch, Range(first, end))
