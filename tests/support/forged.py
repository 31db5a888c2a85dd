"""Entries that nobody could submit: well formed, chained, decided by the rules, and yet wrong."""

from collections.abc import Sequence

from contracts.orders import read_order
from contracts.values import Moment
from ledger import rulesets
from ledger.log.entry import build_entry, parse_entry
from ledger.replay.redecide import Redecider


def recorded_again(contents: Sequence[bytes]) -> bytes:
    """Return an entry that follows these and repeats the last one's signed order."""
    redecider = Redecider()
    for content in contents:
        assert redecider.take(parse_entry(content)) == ()
    last = parse_entry(contents[-1])
    order = read_order(last.order)
    keys = tuple((sig.key.hex(), sig.alg) for sig in last.sigs)
    moment = Moment(seq=len(contents), at_us=last.at_us)
    outcome = rulesets.decide(order.rules, redecider.state.books, order, keys, moment)
    return build_entry(
        seq=len(contents),
        prev=last.leaf_hash,
        at_us=last.at_us,
        order=last.order_bytes,
        sigs=last.sigs,
        movements=[movement.to_json() for movement in outcome.movements],
        rows=[row.to_json() for row in outcome.rows],
    )
