"""How large each part of the first page is set: chosen by measured widths, before any layout.

Each part has a box on the page. Its text takes the largest size of a short scale at which it fits;
nothing that people must read is smaller than 7 pt. A fact that does not fit moves to the annex.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from certificates import wording
from certificates.art_layer import FACTS_ACROSS
from certificates.content_body import Body
from certificates.content_parts import Fact, Figure, Pair
from certificates.fitting_boxes import (
    CELL_ROOM_MM,
    EN_LINE,
    ZH_LINE,
    Cell,
    PageFullError,
    Setting,
    fit_cell,
    fit_limits,
)
from certificates.measure import DIGITS, EN, EN_MEDIUM, PT_MM, ZH, ZH_BOLD, line_count, width_mm

Sizes: TypeAlias = tuple[float, float, float]
"""Subject in Chinese, subject in English, figures; in points."""

FULL: Final = {"middle": 1.0, "limits": 1.0}

WIDE_MM: Final = 240.0
NARROW_MM: Final = 178.0
"""Beside a map."""

_MIDDLE_MM: Final = 47.3
_MIDDLE_MM_MAX: Final = 48.3
_FIGURES_WIDE_MM: Final = 236.0
_SUBJECTS: Final = (
    (20.0, 14.0),
    (17.0, 12.5),
    (14.5, 11.5),
    (12.5, 10.5),
    (11.0, 9.8),
    (9.8, 9.0),
    (8.6, 8.2),
    (7.8, 7.6),
    (7.0, 7.0),
)
_FIGURES: Final = {1: (36.0, 32.0, 28.0, 24.0, 20.0, 18.0, 15.0), 2: (28.0, 25.0, 22.0, 20.0, 18.0)}
_MANY_FIGURES: Final = (18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0)
UNIT_SHARE: Final = 0.46
_FIGURE_STEPS: Final = 4
"""How many sizes smaller a figure may be set before the subject is."""

_LIMITS_ROOM_MM: Final = 25.6
ADDRESS_PT: Final = 7.2
ADDRESS_LINE_MM: Final = 3.1

# The style sheet's own sizes and distances.
_LEAD_PT: Final = (9.6, 10.4)
_NOTE_PT: Final = (7.8, 8.2)
_NOTE_LINES_MAX: Final = 3
_SPELLED_PT: Final = (9.4, 10.0)
_GAPS_MM: Final = 7.8
_BARS_MM: Final = 7.4
_LABEL_MM: Final = 3.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """All sizes of a first page, in points, and what moves to the annex.

    Attributes:
        subject_zh_pt: The subject's Chinese name.
        subject_en_pt: Its English name.
        subject: Whom or what the paper is about.
        note: What stands under it.
        figure_pt: The large numbers.
        stacked: Of lead, note and spelled-out quantity, those whose English has its own line.
        limits_zh: The sentences at the bottom.
        limits_en: The same in English.
        cells: The facts on the page.
        moved: The facts that only the annex holds.
    """

    subject_zh_pt: float
    subject_en_pt: float
    subject: Pair
    note: Pair
    figure_pt: float
    stacked: frozenset[str]
    limits_zh: Setting
    limits_en: Setting
    cells: tuple[Cell, ...]
    moved: tuple[Fact, ...]


class _Span(NamedTuple):
    """A text of the middle in both languages, side by side or one below the other."""

    name: str
    pair: Pair
    sizes_pt: tuple[float, float]
    across_mm: float


def fit_front(
    body: Body, limits: Sequence[Pair], address_lines: int, *, shares: Mapping[str, float] = FULL
) -> Fit:
    """Choose the sizes.

    Args:
        body: What is printed.
        limits: The sentences at the bottom.
        address_lines: How many lines of addresses stand below them.
        shares: By part, `middle` or `limits`, how much of its width to count on: less where the
            page broke a line earlier than measured.

    Raises:
        PageFullError: a text is longer than any that the rules let in.
    """
    across_mm = (NARROW_MM if body.counties else WIDE_MM) * shares["middle"]
    body, moved = _shortened(body, across_mm)
    stacked = frozenset(
        one.name for one in _spans(body, across_mm) if _line_mm(one) > one.across_mm
    )
    body, second, (zh_pt, en_pt, figure_pt) = _sized(body, stacked, across_mm)
    cells = tuple(
        fit_cell(fact, CELL_ROOM_MM[index >= FACTS_ACROSS]) for index, fact in enumerate(body.facts)
    )
    room_mm = _LIMITS_ROOM_MM - max(0, address_lines - 2) * ADDRESS_LINE_MM
    limits_zh, limits_en = fit_limits(limits, room_mm, share=shares["limits"])
    return Fit(
        subject_zh_pt=zh_pt,
        subject_en_pt=en_pt,
        subject=body.subject,
        note=body.note,
        figure_pt=figure_pt,
        stacked=stacked,
        limits_zh=limits_zh,
        limits_en=limits_en,
        cells=cells,
        moved=(
            *moved,
            *second,
            *(fact for fact, cell in zip(body.facts, cells, strict=True) if cell.fact is not fact),
        ),
    )


def _shortened(body: Body, across_mm: float) -> tuple[Body, tuple[Fact, ...]]:
    """Move a note of more than three lines to the annex."""
    lines = line_count(body.note.zh, ZH, _NOTE_PT[0], across_mm=across_mm)
    lines += line_count(body.note.en, EN, _NOTE_PT[1], across_mm=across_mm)
    if lines <= _NOTE_LINES_MAX:
        return body, ()
    return replace(body, note=wording.SEE_ANNEX), (Fact(wording.WHO, body.note),)


def _spans(body: Body, across_mm: float) -> tuple[_Span, ...]:
    return (
        _Span("lead", body.lead, _LEAD_PT, WIDE_MM),
        _Span("note", body.note, _NOTE_PT, across_mm),
        _Span("spelled", body.quantity_words, _SPELLED_PT, across_mm),
    )


def _line_mm(span: _Span) -> float:
    zh_pt, en_pt = span.sizes_pt
    return width_mm(span.pair.zh, ZH, zh_pt) + width_mm(span.pair.en, EN, en_pt) + 3.0


def _sized(
    body: Body, stacked: frozenset[str], across_mm: float
) -> tuple[Body, tuple[Fact, ...], Sizes]:
    """Return the sizes; of two names that are too long, the English one moves to the annex."""
    sizes = _middle(body, stacked, across_mm)
    if sizes is not None:
        return body, (), sizes
    shorter = replace(body, subject=Pair(body.subject.zh or body.subject.en))
    sizes = _middle(shorter, stacked, across_mm)
    if sizes is None:
        raise PageFullError(f"{body.title.en}: the subject does not fit on the first page")
    return shorter, (Fact(wording.WHO, Pair("", body.subject.en)),), sizes


def _middle(body: Body, stacked: frozenset[str], across_mm: float) -> Sizes | None:
    """Return the largest sizes of subject and figures at which all fits, or nothing."""
    figures = _FIGURES.get(len(body.figures), _MANY_FIGURES)
    fixed_mm = _fixed_mm(body, stacked, across_mm)
    widest = [size for size in figures if _figures_fit(body.figures, size, across_mm)]
    for step, (zh_pt, second_pt) in enumerate(_SUBJECTS):
        en_pt = second_pt if body.subject.zh else zh_pt
        subject_mm = (
            line_count(body.subject.zh, ZH_BOLD, zh_pt, across_mm=across_mm - 4) * zh_pt * ZH_LINE
            + line_count(body.subject.en, EN_MEDIUM, en_pt, across_mm=across_mm - 4)
            * en_pt
            * EN_LINE
        ) * PT_MM
        # The smallest type may come nearer to the facts below it.
        room_mm = _MIDDLE_MM if step < len(_SUBJECTS) - 1 else _MIDDLE_MM_MAX
        for size in widest[: step + _FIGURE_STEPS]:
            if fixed_mm + subject_mm + size * 1.06 * PT_MM <= room_mm:
                return zh_pt, en_pt, size
    return None


def _fixed_mm(body: Body, stacked: frozenset[str], across_mm: float) -> float:
    """Return the height of all but the subject and the figures."""
    total_mm = _GAPS_MM + (_BARS_MM if body.bars else 0.0)
    total_mm += _LABEL_MM if any(figure.label.zh for figure in body.figures) else 0.0
    for span in _spans(body, across_mm):
        pair, (zh_pt, en_pt) = span.pair, span.sizes_pt
        if span.name not in stacked:
            total_mm += max(zh_pt, en_pt) * 1.25 * PT_MM if pair.zh or pair.en else 0.0
            continue
        for text, faces, size in ((pair.zh, ZH, zh_pt), (pair.en, EN, en_pt)):
            lines = line_count(text, faces, size, across_mm=span.across_mm)
            total_mm += lines * size * 1.25 * PT_MM
    return total_mm


def _figures_fit(figures: tuple[Figure, ...], size_pt: float, across_mm: float) -> bool:
    room_mm = (_FIGURES_WIDE_MM if len(figures) > 2 else across_mm) / len(figures) - 2.5
    return all(
        width_mm(one.digits, DIGITS, size_pt)
        + width_mm(one.unit, EN_MEDIUM, size_pt * UNIT_SHARE)
        + 1.2
        <= room_mm
        for one in figures
    )
