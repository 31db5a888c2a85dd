"""Random ledgers by seed: many actors do what a registry's people do, each order really signed.

    ledger = random_ledger(7)
    ledger.lines()                 # the export's lines, every entry as the rules decide it

Whoever an order needs is found by asking its rule (`signing`), so a new kind needs a body only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from contracts.authority import Need
from contracts.books import MemoryBooks
from contracts.check_digits import encode_id
from contracts.form import Form
from contracts.lookup import objects_of, texts_of
from contracts.orders import read_order
from contracts.refusal import Refused
from contracts.v1.ruleset import RULES
from contracts.values import Json, Outcome
from ledger import rulesets
from ledger.log.canonical import canonical
from ledger.log.entry import build_entry
from ledger.log.merkle import leaf_hash
from ledger.log.signature import Signature
from tests.support.main_steps import ISSUER, REGISTRAR, SUPERVISOR
from tests.support.people import Key, key
from tests.support.world import Step, World

OFFICERS = {"issuer": ISSUER.key, "registrar": REGISTRAR.key, "supervisor": SUPERVISOR.key}
Body = dict[str, Json]
Act = Callable[["Registry"], None]


@dataclass(slots=True, kw_only=True)
class Record:
    """One entry before it is chained: what was asked, who signed, what happened, where and when."""

    order: dict[str, Json]
    keys: tuple[Key, ...]
    sigs: tuple[Signature, ...]
    outcome: Outcome
    seq: int
    at_us: int

    @classmethod
    def of(cls, step: Step, outcome: Outcome) -> "Record":
        """Record what a step did."""
        return cls(
            order=step.order,
            keys=step.keys,
            sigs=step.signatures(),
            outcome=outcome,
            seq=step.seq,
            at_us=step.at_us,
        )

    def content(self, prev: bytes) -> bytes:
        """Return the entry's bytes."""
        return build_entry(
            seq=self.seq,
            prev=prev,
            at_us=self.at_us,
            order=canonical(self.order),
            sigs=self.sigs,
            movements=[movement.to_json() for movement in self.outcome.movements],
            rows=[row.to_json() for row in self.outcome.rows],
        )


def chained(records: Sequence[Record]) -> list[bytes]:
    """Return the lines of an export of these records."""
    lines: list[bytes] = []
    for record in records:
        prev = leaf_hash(lines[-1]) if lines else bytes(32)
        lines.append(record.content(prev))
    return lines


def books_before(records: Sequence[Record], seq: int) -> MemoryBooks:
    """Return the books as they stood before an entry."""
    books = MemoryBooks()
    for record in records[:seq]:
        books.apply(record.outcome.movements, record.outcome.rows)
    return books


@dataclass(slots=True)
class Registry:
    """A world, whose keys are whose, and what has been made so far."""

    rng: Random
    world: World = field(default_factory=lambda: World(rules=rulesets.newest()))
    records: list[Record] = field(default_factory=list)
    keys: dict[str, list[Key]] = field(default_factory=dict)
    holders: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    made: dict[str, list[str]] = field(default_factory=dict)
    names: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def books(self) -> MemoryBooks:
        """The books now."""
        return self.world.books

    def name(self, what: str) -> str:
        """Return a name that is used once in this ledger, and again in every other."""
        self.names += 1
        return f"{what} {self.names}"

    def attempt(self, kind: str, actor: str, body: Body, new: Sequence[Key] = ()) -> str | None:
        """Record an order if the rules allow it; return the id that its position gives."""
        try:
            step = self.world.step(kind, body, actor, ())
            keys = signing(self.books, step.order, self.keys, new, self.world.now_us)
            step = Step(order=step.order, keys=keys, private=(), seq=0, at_us=0)
            outcome = self.world.do(step)
        except Refused as refusal:
            self.refused.append((kind, refusal.code.name))
            return None
        done = self.world.steps[-1]
        self.records.append(Record.of(done, outcome))
        return self.made_by(kind, done.seq)

    def made_by(self, kind: str, seq: int) -> str:
        """Note the id of what an entry made, by its kind."""
        made = encode_id(seq)
        self.made.setdefault(kind, []).append(made)
        return made

    def lines(self) -> list[bytes]:
        """Return the lines of the export."""
        return chained(self.records)


def signing(
    books: MemoryBooks,
    order: dict[str, Json],
    keys: dict[str, list[Key]],
    new: Sequence[Key],
    at_us: int,
) -> tuple[Key, ...]:
    """Return keys that fill the needs of an order, each by another person, as far as they can be.

    Raises:
        Refused: the rule refuses before it names anybody.
    """
    rule = RULES[str(order["kind"])]
    parsed = read_order(order)
    needs = rule.needs(books, parsed, rule.read(Form(parsed.body)))
    found: list[Key] = []
    persons: set[str] = set()
    # Who is named alone goes first; a role can be filled by several.
    for need in sorted(needs, key=lambda need: need.what == "representative"):
        for candidate in _candidates(books, need, keys, new):
            person = str((books.row(f"key/{candidate.public}") or {}).get("person"))
            if candidate in found or person in persons or not _valid(books, candidate, at_us):
                continue
            found.append(candidate)
            persons |= {person} - {"None"}
            break
    return tuple(found)


def _candidates(
    books: MemoryBooks, need: Need, keys: dict[str, list[Key]], new: Sequence[Key]
) -> list[Key]:
    if need.what == "key":
        return [one for one in new if one.public == need.role]
    if need.what == "officer":
        return [OFFICERS[need.role]]
    if need.what == "service":
        return [key(f"service {need.role}")]
    if need.what == "person":
        return keys.get(need.role, [])
    row = books.row(f"acct/{need.account}")
    listed: list[Key] = []
    for item in objects_of(row, "representatives") if row else []:
        roles = texts_of(item, "roles")
        if need.role == "any" or need.role in roles:
            listed.extend(keys.get(str(item["person"]), []))
    return listed


def _valid(books: MemoryBooks, candidate: Key, at_us: int) -> bool:
    row = books.row(f"key/{candidate.public}")
    if row is None:
        return True
    start, end = row["valid_from_us"], row["valid_until_us"]
    return int(str(start)) <= at_us and (end is None or int(str(end)) > at_us)
