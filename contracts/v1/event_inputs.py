"""What an event or a meeting is measured from: its place and days, its lines, what is left out."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Group(StrEnum):
    """The six source groups of MEE notice 2019 no. 19; a factor's activity begins with one."""

    FUEL = "fuel"
    ENERGY = "energy"
    TRANSPORT = "transport"
    HOSPITALITY = "hospitality"
    SUPPLIES = "supplies"
    WASTE = "waste"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Where and when it took place: GB/T 2260 county code, first and last day."""

    place: str
    first_day: date
    last_day: date

    @property
    def province(self) -> str:
        """The GB/T 2260 code of the province."""
        return f"{self.place[:2]}0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLine:
    """One source: how much of what, and by which factor of which region and year.

    `line` is where it stood in the file, `source` where the amount comes from (a bill, a list).
    """

    line: int
    group: Group
    description: str
    amount: Decimal
    unit: str
    factor_id: str
    region: str
    year: int | None
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroGroup:
    """A source group that did not occur, and why that is so."""

    group: Group
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A source left out of the inventory, with its estimated size."""

    description: str
    estimate_kg: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """A real reduction. The measured inventory is already lower; it is listed, never deducted."""

    description: str
    quantity_kg: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that is counted, left out and reduced."""

    lines: tuple[ActivityLine, ...]
    zero_groups: tuple[ZeroGroup, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    reductions: tuple[Reduction, ...] = ()
