"""Deciding recorded orders again: does each entry say what the rules yield on the books before it?

Audit and import replay from entry 0 with this. Door checks are not repeated: they need libraries
and private records that a replay must not depend on.
"""

from dataclasses import dataclass, field
from typing import cast

from contracts.invariants import InvariantError, check_outcome
from contracts.orders import Order, read_order
from contracts.refusal import Refused
from contracts.values import Json, Moment, Outcome
from ledger import rulesets
from ledger.log.canonical import JsonLike, encode_parsed
from ledger.log.entry import Entry
from ledger.log.verify import ChainError, ChainState, follow
from ledger.replay.replay import ReplayState, post
from ledger.rulesets import RulesMissingError


@dataclass(slots=True)
class Redecider:
    """The state of a replay that decides; feed it every entry in sequence.

    Attributes:
        state: The books and the chain.
        nonces: Which entry used each (actor, nonce); nothing where somebody else keeps them apart.
    """

    state: ReplayState = field(default_factory=ReplayState)
    nonces: dict[tuple[str, str], int] | None = field(default_factory=dict)

    def take(self, entry: Entry) -> tuple[str, ...]:
        """Check one entry against the books before it, then post what the rules yield.

        Returns:
            What is wrong with the entry; empty if nothing is.
        """
        faults = [*self._follow(entry), *self._check_nonce(entry)]
        try:
            outcome = self._decide(entry)
        except Refused as refusal:
            return (*faults, f"the rules refuse its order: {refusal}")
        except (RulesMissingError, InvariantError) as error:
            return (*faults, str(error))
        faults.extend(_compare(entry, outcome))
        post(self.state, entry.seq, outcome.movements, outcome.rows)
        return tuple(faults)

    def _follow(self, entry: Entry) -> list[str]:
        chain = self.state.chain
        try:
            self.state.chain = follow(chain, entry)
        except ChainError as error:
            # The next entry is compared with this one, not with what should have been here.
            leaf = entry.leaf_hash
            self.state.chain = ChainState(
                size=entry.seq + 1,
                head=leaf,
                at_us=max(chain.at_us, entry.at_us),
                origin=chain.origin or str(entry.order["log"]),
                frontier=chain.frontier.append(leaf),
            )
            return [error.reason]
        return []

    def _check_nonce(self, entry: Entry) -> list[str]:
        if self.nonces is None:
            return []
        key = str(entry.order["actor"]), str(entry.order["nonce"])
        earlier = self.nonces.setdefault(key, entry.seq)
        return [] if earlier == entry.seq else [f"its nonce was used by entry {earlier}"]

    def _decide(self, entry: Entry) -> Outcome:
        order: Order = read_order(entry.order)
        books = self.state.books
        active = books.row("rules/active")
        rule_set = order.rules if active is None else str(active["hash"])
        keys = tuple((signature.key.hex(), signature.alg) for signature in entry.sigs)
        moment = Moment(seq=entry.seq, at_us=entry.at_us)
        outcome = rulesets.decide(rule_set, books, order, keys, moment)
        check_outcome(books, outcome)
        return outcome


def _compare(entry: Entry, outcome: Outcome) -> list[str]:
    """Compare what was recorded with what the rules yield, as the bytes that the log would hold.

    As bytes, because Python takes `True` and `1` for equal, and the log does not.
    """
    recorded = encode_parsed(cast("JsonLike", (entry.movements, entry.rows)))
    movements: list[Json] = [movement.to_json() for movement in outcome.movements]
    rows: list[Json] = [row.to_json() for row in outcome.rows]
    if recorded != encode_parsed([movements, rows]):
        return ["its outcome is not what the rules yield"]
    return []
