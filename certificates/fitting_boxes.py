"""The boxes of the first page whose text is set on its own: the eight facts, the small print.

A fact that does not fit in 7 pt becomes a pointer to the annex.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from certificates import wording
from certificates.content_parts import Fact, Pair
from certificates.measure import EN, PT_MM, ZH, line_count, widest_mm

# The style sheet's own line heights.
ZH_LINE: Final = 1.26
EN_LINE: Final = 1.2

_CELL_MM: Final = 55.6
CELL_ROOM_MM: Final = (9.7, 10.8)
_CELLS: Final = ((9.2, 8.2), (8.6, 7.8), (8.0, 7.4), (7.4, 7.2), (7.0, 7.0))
_SERIALS: Final = (7.6, 7.3, 7.0)

_LIMITS_ZH_MM: Final = 79.0
# The column has 91 mm; the letters stand a little apart.
_LIMITS_EN_MM: Final = 88.6


@dataclass(frozen=True, slots=True)
class Setting:
    """A type size in points, and its leading."""

    pt: float
    leading: float


_LIMITS_ZH: Final = (
    Setting(7.8, 1.36),
    Setting(7.5, 1.34),
    Setting(7.2, 1.3),
    Setting(7.0, 1.26),
)
_LIMITS_EN: Final = (
    Setting(8.0, 1.2),
    Setting(7.7, 1.2),
    Setting(7.4, 1.18),
    Setting(7.2, 1.16),
    Setting(7.0, 1.12),
)


class PageFullError(ValueError):
    """The content does not fit on the first page even in the smallest type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One fact on the first page and its sizes in points."""

    fact: Fact
    zh_pt: float
    en_pt: float
    line_pt: float


def fit_cell(fact: Fact, room_mm: float) -> Cell:
    """Return a fact with the sizes at which it fits, or a pointer to the annex.

    Of a text that is too long in two languages the Chinese stays, if it fits alone.
    """
    pointers = [replace(fact, value=wording.SEE_ANNEX, lines=())]
    if fact.value.zh and fact.value.en and not fact.lines:
        pointers.insert(0, replace(fact, value=Pair(fact.value.zh, wording.SEE_ANNEX.en)))
    found = (_fitted(one, room_mm) for one in (fact, *pointers))
    return next(cell for cell in found if cell)


def _fitted(fact: Fact, room_mm: float) -> Cell | None:
    for size in _SERIALS:
        lines_mm = len(fact.lines) * size * 1.18 * PT_MM
        if lines_mm > room_mm or widest_mm(fact.lines, EN, size) > _CELL_MM:
            continue
        for zh_pt, en_pt in _CELLS:
            value_mm = (
                line_count(fact.value.zh, ZH, zh_pt, across_mm=_CELL_MM) * zh_pt * ZH_LINE
                + line_count(fact.value.en, EN, en_pt, across_mm=_CELL_MM) * en_pt * EN_LINE
            ) * PT_MM
            if lines_mm + value_mm <= room_mm:
                return Cell(fact=fact, zh_pt=zh_pt, en_pt=en_pt, line_pt=size)
    return None


def fit_limits(limits: Sequence[Pair], room_mm: float, *, share: float) -> tuple[Setting, Setting]:
    """Return the settings of the sentences at the bottom, Chinese and English.

    Args:
        limits: The sentences; they are set as one paragraph.
        room_mm: The height of both columns.
        share: How much of their width to count on.

    Raises:
        PageFullError: they do not fit in the smallest type.
    """
    zh, en = "".join(one.zh for one in limits), " ".join(one.en for one in limits)
    return (
        _paragraph(zh, ZH, _LIMITS_ZH, (_LIMITS_ZH_MM * share, room_mm)),
        _paragraph(en, EN, _LIMITS_EN, (_LIMITS_EN_MM * share, room_mm)),
    )


def _paragraph(
    text: str, faces: tuple[str, ...], settings: tuple[Setting, ...], box_mm: tuple[float, float]
) -> Setting:
    across_mm, room_mm = box_mm
    for one in settings:
        lines = line_count(text, faces, one.pt, across_mm=across_mm)
        if lines * one.pt * one.leading * PT_MM <= room_mm:
            return one
    raise PageFullError("the sentences at the bottom do not fit on the first page")
