"""Which rows and places a batch will probably ask for, so that they load in a few statements.

A hint that is wrong costs a look-up and one that is missing costs a statement; neither changes an
answer.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.values import Json
from ledger.intake import SignedOrder

_ACCOUNT_FIELDS: Final = ("account", "from", "to")
_SOURCE_FIELDS: Final = ("account", "from")


def rows_hinted(signed_orders: Sequence[SignedOrder]) -> Iterator[str]:
    """Yield the keys of rows that these orders are likely to need."""
    yield "registry"
    yield "rules/active"
    yield "log/frozen"
    for signed in signed_orders:
        yield from (f"key/{key}" for key, _ in signed.keys)
        if signed.order.actor.startswith("acct/"):
            yield signed.order.actor
        yield from (f"acct/{account}" for account in _texts(signed.order.body, _ACCOUNT_FIELDS))
        if isinstance(signed.order.body, dict):
            yield from _batches(signed.order.body.get("ranges"))


def places_hinted(signed_orders: Sequence[SignedOrder]) -> Iterator[str]:
    """Yield the places that amounts are likely to be taken from."""
    for signed in signed_orders:
        body = signed.order.body
        if isinstance(body, dict) and body.get("quantity_kg") is not None:
            yield from (f"acct/{account}" for account in _texts(body, _SOURCE_FIELDS))


def _texts(body: Json, fields: Sequence[str]) -> Iterator[str]:
    for name in fields:
        value = body.get(name) if isinstance(body, dict) else None
        if isinstance(value, str):
            yield value


def _batches(ranges: Json) -> Iterator[str]:
    for item in ranges if isinstance(ranges, list) else ():
        yield from (f"batch/{batch}" for batch in _texts(item, ("batch",)))
