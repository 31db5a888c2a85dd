"""The values every rule speaks in: identifiers, kilograms, places, movements, rows, outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, NewType, TypeAlias

AccountId = NewType("AccountId", str)
BatchId = NewType("BatchId", str)
PersonId = NewType("PersonId", str)
ParcelId = NewType("ParcelId", str)
Place = NewType("Place", str)
Kg = NewType("Kg", int)

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None
Value: TypeAlias = Mapping[str, Json]

INTEGER_MAX: Final = 2**53 - 1
TONNE_KG: Final = 1000
MOVEMENTS_MAX: Final = 128
OUTCOME_BYTES_MAX: Final = 24 * 1024
ORDER_BYTES_MAX: Final = 32_768
SIGNATURES_MAX: Final = 8
ORDER_LIFE_US: Final = 30 * 86_400 * 1_000_000

ISSUE: Final = Place("issue")
"""The source of a movement that creates units; no unit is ever *in* this place."""

TERMINAL: Final = ("retired", "cancelled")
LIVE: Final = ("acct", "resv", "pledge", "frozen", "buffer")
SUPPLY_NAMES: Final = {
    "acct": "held",
    "resv": "reserved",
    "pledge": "pledged",
    "frozen": "frozen",
    "buffer": "buffer",
    "retired": "retired",
    "cancelled": "cancelled",
}


def account_place(account: str) -> Place:
    """Return the place of units that an account holds freely."""
    return Place(f"acct/{account}")


def buffer_place(pool: str) -> Place:
    """Return the place of a pooled buffer (forest, grassland or wetland)."""
    return Place(f"buffer/{pool}")


def retired_place(seq: int) -> Place:
    """Return the terminal place of the units that entry `seq` retired."""
    return Place(f"retired/{seq}")


def cancelled_place(seq: int) -> Place:
    """Return the terminal place of the units that entry `seq` cancelled (核减作废)."""
    return Place(f"cancelled/{seq}")


def place_kind(place: str) -> str:
    """Return the part of a place before its slash: acct, buffer, resv, retired and so on."""
    return place.partition("/")[0]


class Movement(NamedTuple):
    """Units [first, end) of one batch go from one place to another.

    A tuple, because it is made often.
    """

    batch: str
    first: int
    end: int
    source: str
    target: str

    @property
    def quantity_kg(self) -> int:
        """Kilograms moved: one unit is one kilogram of CO2e."""
        return self.end - self.first

    def to_json(self) -> dict[str, Json]:
        """Return the movement as the log writes it."""
        return {
            "batch": self.batch,
            "end": self.end,
            "first": self.first,
            "from": self.source,
            "to": self.target,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A fact that is not a movement: the whole new value under its key."""

    key: str
    value: Value

    def to_json(self) -> dict[str, Json]:
        """Return the row as the log writes it."""
        return {"key": self.key, "value": dict(self.value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an accepted order does: movements, then rows."""

    movements: tuple[Movement, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where and when an order is decided: its position in the log and the log's time."""

    seq: int
    at_us: int
