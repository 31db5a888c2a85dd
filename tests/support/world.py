"""A registry in memory for tests: a scripted clock, books, and orders that are really signed.

A `World` knows the position of the next entry. It makes a `Step` (an order, its signing keys, the
private records that ride along), and `do` decides it. The same steps can be submitted to a stored
ledger: `Step.envelope()` are the bytes to send.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from contracts.books import MemoryBooks
from contracts.check_digits import CROCKFORD, encode_id
from contracts.invariants import check_outcome
from contracts.orders import read_order
from contracts.v1.ruleset import decide
from contracts.values import Json, Moment, Outcome
from ledger.log.canonical import canonical
from ledger.log.entry import signed_bytes
from ledger.log.signature import Signature
from tests.support.people import ORIGIN, Key, Private

RULES = "a5" * 32
"""The hash that stands for rule set v1 in tests without a store."""

START_US = 1_791_424_800_000_000
"""2026-10-08 10:00 Beijing time."""

MINUTE_US = 60_000_000
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An order to be recorded at `seq` and `at_us`, signed by `keys`."""

    order: dict[str, Json]
    keys: tuple[Key, ...]
    private: tuple[Private, ...]
    seq: int
    at_us: int

    @property
    def kind(self) -> str:
        """The order's kind."""
        return str(self.order["kind"])

    @property
    def body(self) -> dict[str, Json]:
        """A copy of the order's body, free to be changed."""
        body = deepcopy(self.order["body"])
        assert isinstance(body, dict)
        return body

    def signatures(self) -> tuple[Signature, ...]:
        """Sign the order with every key; sorted by key."""
        message = signed_bytes(str(self.order["log"]), canonical(self.order))
        return tuple(key.sign(message) for key in sorted(self.keys, key=lambda key: key.public))

    def envelope(self) -> bytes:
        """Return the canonical bytes of {"order", "sigs"} and, where there is some, "private"."""
        sigs: list[Json] = [dict(signature.to_json()) for signature in self.signatures()]
        sent: dict[str, Json] = {"order": self.order, "sigs": sigs}
        if self.private:
            sent["private"] = [private.to_json() for private in self.private]
        return canonical(sent)

    def decide(self, books: MemoryBooks) -> Outcome:
        """Decide the order on these books and check the outcome; the books stay as they are.

        Raises:
            Refused: the rules do not allow it.
        """
        signed_by = sorted((key.public, key.alg) for key in self.keys)
        moment = Moment(seq=self.seq, at_us=self.at_us)
        outcome = decide(books, read_order(self.order), signed_by, moment)
        check_outcome(books, outcome)
        return outcome

    def apply_to(self, books: MemoryBooks) -> Outcome:
        """Decide the order and post its outcome."""
        outcome = self.decide(books)
        books.apply(outcome.movements, outcome.rows)
        return outcome


@dataclass(slots=True, kw_only=True)
class World:
    """A registry in memory: books, position, clock, and what was done so far."""

    origin: str = ORIGIN
    rules: str = RULES
    seq: int = 0
    now_us: int = START_US
    nonces: int = 0
    books: MemoryBooks = field(default_factory=MemoryBooks)
    steps: list[Step] = field(default_factory=list)

    def step(
        self,
        kind: str,
        body: Mapping[str, Json],
        actor: str,
        keys: Sequence[Key],
        private: Sequence[Private] = (),
    ) -> Step:
        """Make an order for the next entry, valid for seven days."""
        self.nonces += 1
        order: dict[str, Json] = {
            "actor": actor,
            "body": dict(body),
            "kind": kind,
            "log": self.origin,
            "nonce": nonce(self.nonces),
            "rules": self.rules,
            "valid_until_us": self.now_us + 7 * DAY_US,
        }
        return Step(
            order=order,
            keys=tuple(keys),
            private=tuple(private),
            seq=self.seq,
            at_us=self.now_us,
        )

    def changed(self, step: Step, **fields: Json) -> Step:
        """Return a step of this moment with fields of its body changed; `...` drops a field."""
        body = {**step.body, **fields}
        kept = {name: value for name, value in body.items() if value is not ...}
        return self.step(step.kind, kept, str(step.order["actor"]), step.keys, step.private)

    def do(self, step: Step) -> Outcome:
        """Record a step at the next position, now; the clock then moves on by a minute.

        Raises:
            Refused: the rules do not allow it; nothing changed.
        """
        placed = replace(step, seq=self.seq, at_us=self.now_us)
        outcome = placed.apply_to(self.books)
        self.steps.append(placed)
        self.seq += 1
        self.now_us += MINUTE_US
        return outcome

    def add(self, step: Step) -> str:
        """Record a step and return the id that derives from its position."""
        self.do(step)
        return encode_id(self.seq - 1)

    def fork(self) -> "World":
        """Return a copy that goes its own way."""
        return replace(self, books=deepcopy(self.books), steps=list(self.steps))


def nonce(number: int) -> str:
    """Return a ULID-shaped nonce: 26 Crockford characters, the first from 0 to 7."""
    digits = "".join(CROCKFORD[number >> shift & 31] for shift in range(60, -1, -5))
    return f"01JTEST{digits:0>19}"
