"""Which rows, places and units a batch will probably ask for, so that they load in few statements.

A hint that is wrong costs a look-up and one that is missing costs a statement; neither changes an
answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.values import Json
from ledger.intake.envelope import SignedOrder

_ALWAYS: Final = ("registry", "rules/active", "log/frozen")
_ACCOUNT_FIELDS: Final = ("account", "from", "to")
_SOURCE_FIELDS: Final = ("account", "from")


@dataclass(slots=True)
class Wanted:
    """What orders want to take from one place: how many orders, and how much in all."""

    orders: int = 0
    quantity_kg: int = 0


@dataclass(slots=True)
class Holdings:
    """What orders will probably take.

    Attributes:
        places: What is wanted of each place.
        units: What is named, (batch, first, end).
    """

    places: dict[str, Wanted] = field(default_factory=dict)
    units: list[tuple[str, int, int]] = field(default_factory=list)


def rows_for(signed_orders: Iterable[SignedOrder]) -> Iterable[str]:
    """Return the keys of rows that these orders are likely to need, in a fixed sequence."""
    rows = dict.fromkeys(_ALWAYS)
    for signed in signed_orders:
        for key, _ in signed.keys:
            rows[f"key/{key}"] = None
        if signed.order.actor.startswith("acct/"):
            rows[signed.order.actor] = None
        body = signed.order.body
        if not isinstance(body, dict):
            continue
        for name in _ACCOUNT_FIELDS:
            account = body.get(name)
            if isinstance(account, str):
                rows[f"acct/{account}"] = None
        for batch, _, _ in _units(body):
            rows[f"batch/{batch}"] = None
    return rows


def holdings_for(signed_orders: Iterable[SignedOrder]) -> Holdings:
    """Return what these orders are likely to take; give none that is refused before that."""
    holdings = Holdings()
    for signed in signed_orders:
        body = signed.order.body
        if not isinstance(body, dict):
            continue
        quantity_kg = body.get("quantity_kg")
        if isinstance(quantity_kg, int):
            _note_amount(holdings.places, body, quantity_kg)
        holdings.units += [unit for unit in _units(body) if 0 <= unit[1] < unit[2]]
    return holdings


def _note_amount(places: dict[str, Wanted], body: dict[str, Json], quantity_kg: int) -> None:
    for name in _SOURCE_FIELDS:
        account = body.get(name)
        if isinstance(account, str):
            want = places.setdefault(f"acct/{account}", Wanted())
            want.orders += 1
            want.quantity_kg += max(quantity_kg, 0)


def _units(body: dict[str, Json]) -> Iterator[tuple[str, int, int]]:
    ranges = body.get("ranges")
    for item in ranges if isinstance(ranges, list) else ():
        if not isinstance(item, dict):
            continue
        batch, first, end = item.get("batch"), item.get("first"), item.get("end")
        if isinstance(batch, str) and isinstance(first, int) and isinstance(end, int):
            yield batch, first, end
