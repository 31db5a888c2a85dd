"""What Python says of an exported ledger: the first bad entry, why, and the root."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.merkle import Frontier, leaf_hash
from ledger.log.verify import ChainError, PasskeyScope, check_signatures, passkey_scope
from ledger.replay.redecide import Redecider
from ledger.state.fold import root_of, supply_of

REFUSED = re.compile(r"the rules refuse its order: ([0-9]{4}) ")


@dataclass(frozen=True, slots=True)
class Judged:
    """Root over all lines; the first bad entry with its faults, if any; the state if there is none.

    `refusals` are the numbers with which the rules refuse the first bad entry's order.
    """

    root: str
    first_bad: int | None
    faults: tuple[str, ...]
    state_root: str | None
    supply: dict[str, int] | None

    @property
    def refusals(self) -> list[int]:
        return [int(number) for fault in self.faults for number in REFUSED.findall(fault)]


def judge(lines: Sequence[bytes]) -> Judged:
    """Decide every order again until one entry is bad; signatures and commitments included."""
    tree = Frontier()
    for line in lines:
        tree = tree.append(leaf_hash(line))
    redecider, states, scope = Redecider(), _States(lines), PasskeyScope()
    for position, line in enumerate(lines):
        try:
            entry = parse_entry(line)
        except EntryError as error:
            return Judged(tree.root().hex(), position, (str(error),), None, None)
        if position == 0:
            scope = passkey_scope(entry)
        faults = [*_signature_faults(entry, scope), *redecider.take(entry)]
        faults += states.take(entry, redecider) if not faults else []
        if faults:
            return Judged(tree.root().hex(), position, tuple(faults), None, None)
    books = redecider.state.books
    return Judged(tree.root().hex(), None, (), root_of(books).hex(), supply_of(books))


def _signature_faults(entry: Entry, scope: PasskeyScope) -> list[str]:
    try:
        check_signatures(entry, scope)
    except ChainError as error:
        return [error.reason]
    return []


class _States:
    """What the state was after the entries that commitments of the ledger speak of."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.known: dict[int, tuple[str, dict[str, int]]] = {}
        self.wanted = {
            json.loads(line)["order"]["body"].get("through")
            for line in lines
            if b'"kind":"state.commit"' in line
        }

    def take(self, entry: Entry, redecider: Redecider) -> list[str]:
        books = redecider.state.books
        if entry.seq in self.wanted:
            self.known[entry.seq] = root_of(books).hex(), supply_of(books)
        if entry.order["kind"] != "state.commit":
            return []
        body = entry.order["body"]
        assert isinstance(body, dict)
        known = self.known[int(str(body["through"]))]
        return [] if known == (body["root"], body["supply"]) else ["it commits another state"]
