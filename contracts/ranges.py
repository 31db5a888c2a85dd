"""Half-open integer ranges: split, intersect, subtract, coalesce; parts always tile the whole.

Units of a batch are numbered from 0. In code and in the log a range is [first, end); on paper
it is inclusive and counts from 1, and only `serial_text` and `parse_serial` cross that border.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contracts.check_digits import CheckDigitError, mod_37_36

_SERIAL: Final = re.compile(
    r"(BT-[FGW]-[0-9]{4}-[0-9]{8}-[0-9]{8}-[0-9]{2}):([1-9][0-9]{0,15})-([1-9][0-9]{0,15})/([0-9A-Z])"
)


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Units first, first + 1, …, end − 1; never empty."""

    first: int
    end: int

    def __post_init__(self) -> None:
        """Refuse an empty or negative range: our own fault, never an input's."""
        if not 0 <= self.first < self.end:
            raise ValueError(f"not a range: [{self.first}, {self.end})")

    def __len__(self) -> int:
        """Return the number of units, which is their kilograms."""
        return self.end - self.first


def split(whole: Range, quantity: int) -> tuple[Range, Range]:
    """Cut `quantity` units off the front: 0 < quantity < len(whole).

    Example:
        split(Range(0, 100), 25) == (Range(0, 25), Range(25, 100))
    """
    middle = whole.first + quantity
    return Range(whole.first, middle), Range(middle, whole.end)


def intersect(one: Range, other: Range) -> Range | None:
    """Return the units in both, or nothing."""
    first, end = max(one.first, other.first), min(one.end, other.end)
    return Range(first, end) if first < end else None


def subtract(whole: Range, hole: Range) -> tuple[Range, ...]:
    """Return what is left of `whole` without `hole`: none, one or two ranges."""
    common = intersect(whole, hole)
    if common is None:
        return (whole,)
    left = (Range(whole.first, common.first),) if whole.first < common.first else ()
    right = (Range(common.end, whole.end),) if common.end < whole.end else ()
    return left + right


def coalesce(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Sort ranges and join the adjacent ones.

    Raises:
        ValueError: two ranges overlap; joining them would hide a unit counted twice.
    """
    joined: list[Range] = []
    for part in sorted(ranges):
        if joined and part.first < joined[-1].end:
            raise ValueError(f"{part} overlaps {joined[-1]}")
        if joined and part.first == joined[-1].end:
            joined[-1] = Range(joined[-1].first, part.end)
        else:
            joined.append(part)
    return tuple(joined)


def tiles(parts: Iterable[Range], whole: Range) -> bool:
    """Say whether the parts cover the whole exactly, without gap or overlap."""
    position = whole.first
    for part in sorted(parts):
        if part.first != position:
            return False
        position = part.end
    return position == whole.end


def serial_text(batch: str, part: Range) -> str:
    """Write a range as it stands on paper: inclusive, from 1, with its check character.

    Example:
        Range(0, 30) of BT-F-0001-20210901-20250831-01 is
        "BT-F-0001-20210901-20250831-01:1-30/" and a MOD 37,36 character.
    """
    body = f"{batch}:{part.first + 1}-{part.end}"
    return f"{body}/{mod_37_36(body)}"


def parse_serial(text: str) -> tuple[str, Range]:
    """Read a serial range from paper back into a batch id and a half-open range.

    Raises:
        CheckDigitError: the grammar or the check character does not fit.
    """
    found = _SERIAL.fullmatch(text.strip().upper())
    if found is None:
        raise CheckDigitError(f"not a serial range: {text}")
    batch, first, last, check = found[1], int(found[2]), int(found[3]), found[4]
    if last < first or mod_37_36(f"{batch}:{first}-{last}") != check:
        raise CheckDigitError(f"check character does not fit: {text}")
    return batch, Range(first - 1, last)
