"""Which rows, places and units a batch will probably ask for, so that they load in few statements.

A hint that is wrong costs a look-up and one that is missing costs a statement; neither changes an
answer.
"""

from collections.abc import Sequence
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
class Hints:
    """What a batch will probably ask for.

    Attributes:
        rows: Keys of rows; a dict, so that each stands once and in a fixed sequence.
        places: What is wanted of each place.
        units: What is named, (batch, first, end).
    """

    rows: dict[str, None] = field(default_factory=lambda: dict.fromkeys(_ALWAYS))
    places: dict[str, Wanted] = field(default_factory=dict)
    units: list[tuple[str, int, int]] = field(default_factory=list)


def hints_of(signed_orders: Sequence[SignedOrder]) -> Hints:
    """Return what these orders are likely to need."""
    hints = Hints()
    rows = hints.rows
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
        quantity_kg = body.get("quantity_kg")
        if isinstance(quantity_kg, int):
            _note_amount(hints, body, quantity_kg)
        _note_units(hints, body.get("ranges"))
    return hints


def _note_amount(hints: Hints, body: dict[str, Json], quantity_kg: int) -> None:
    for name in _SOURCE_FIELDS:
        account = body.get(name)
        if isinstance(account, str):
            want = hints.places.setdefault(f"acct/{account}", Wanted())
            want.orders += 1
            want.quantity_kg += max(quantity_kg, 0)


def _note_units(hints: Hints, ranges: Json) -> None:
    for item in ranges if isinstance(ranges, list) else ():
        if not isinstance(item, dict):
            continue
        batch, first, end = item.get("batch"), item.get("first"), item.get("end")
        if isinstance(batch, str) and isinstance(first, int) and isinstance(end, int):
            hints.rows[f"batch/{batch}"] = None
            if 0 <= first < end:
                hints.units.append((batch, first, end))
