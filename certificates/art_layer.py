"""The static layer of a paper: frame, rings, mark and seal, drawn once a process.

Everything that repeats is a form inside a form, so the whole layer is some 20 KB, and a paper
costs no drawing: vector art through HTML is most of a naive certificate's time.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import atan2, cos, pi, sin
from typing import Final

from certificates import art
from certificates.art import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Palette, fill, placed, stroke
from certificates.art_seal import MARK_RADIUS_MM, SEAL_RADIUS_MM, mark, seal
from certificates.art_text import LATIN, SONG, outline
from certificates.looks import LOOKS

FRONT: Final = "Front"
LINES: Final = "Lines"
ANNEX: Final = "Annex"
SAMPLE: Final = "Sample"

MARK_AT: Final = (33.0, 29.5)
SEAL_AT: Final = (42.0, 162.0)
RINGS_AT: Final = (143.0, 95.0)
ORNAMENT_AT: Final = (148.5, 57.4)

# The grid of the eight facts: left, right, upper, middle and lower line.
FACTS_MM: Final = (26.0, 271.0, 110.5, 125.9, 142.4)
FACTS_ACROSS: Final = 4
# The QR code's frame: left, top, side, with the code's own quiet zone inside.
CODE_MM: Final = (239.5, 145.5, 31.5)

_BAND_MM: Final = 12.2
_CORNER_MM: Final = 13.4
_TILES_FROM_MM: Final = 22.0
_TILE_MM: Final = 10.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One Form XObject: operators compressed by zlib, its box, and the forms that it draws."""

    name: str
    data: bytes
    box: tuple[float, float, float, float]
    uses: tuple[str, ...] = ()


@cache
def static_layer(name: str) -> tuple[Form, ...]:
    """Return the forms of one look; each comes after those that it uses."""
    look = LOOKS[name]
    palette = look.palette
    whole = (0.0, 0.0, PAGE_WIDTH_MM, PAGE_HEIGHT_MM)
    used = ("Across", "Corner", "Down", "Rings")
    across, down = _tile_count(PAGE_WIDTH_MM), _tile_count(PAGE_HEIGHT_MM)
    mark_box, seal_box = _square(MARK_RADIUS_MM + 1), _square(SEAL_RADIUS_MM + 1)
    return (
        _form("Across", _tile(palette, across[1]), (-1, -6, across[1] + 1, 6)),
        _form("Down", _tile(palette, down[1]), (-1, -6, down[1] + 1, 6)),
        _form("Corner", _corner(palette), _square(9)),
        _form("Rings", _rings(palette), _square(110)),
        _form("Mark", mark(palette), mark_box),
        _form("Seal", seal(look), seal_box),
        _form(FRONT, _front(palette), whole, used),
        _form(LINES, _lines(palette), whole, ("Mark", "Seal")),
        _form(ANNEX, _annex(palette), whole, ("Corner", "Mark")),
        _form(SAMPLE, _sample(palette), whole),
    )


def _form(
    name: str, operators: str, box: tuple[float, float, float, float], uses: tuple[str, ...] = ()
) -> Form:
    return Form(name=name, data=zlib.compress(operators.encode(), 9), box=box, uses=uses)


def _square(half: float) -> tuple[float, float, float, float]:
    return -half, -half, half, half


def _tile_count(side_mm: float) -> tuple[int, float]:
    length = side_mm - 2 * _TILES_FROM_MM
    count = round(length / _TILE_MM)
    return count, length / count


def _tile(palette: Palette, length: float) -> str:
    """One period of the band: four strands of the accent, two of gold at twice the pace."""
    parts = [stroke(palette.main, 0.16)]
    parts += [f"{art.strand(length, 3.4, 1, pi * index / 2)} S" for index in range(4)]
    parts.append(stroke(palette.light, 0.12))
    parts += [f"{art.strand(length, 2.4, 1, pi / 4 + pi * index / 2)} S" for index in range(4)]
    parts.append(stroke(palette.gold, 0.2))
    parts += [f"{art.strand(length, 1.2, 2, pi * index)} S" for index in range(2)]
    return " ".join(parts)


def _corner(palette: Palette) -> str:
    parts = [fill(palette.paper), stroke(palette.deep, 0.45), art.circle(0, 0, 7.6), "B"]
    parts += [stroke(palette.gold, 0.2), art.circle(0, 0, 7.0), "S"]
    radii = (radius / 10 for radius in range(14, 64, 6))
    parts.append(art.growth_rings(radii, 0.025, palette.main, 0.14))
    parts += [fill(palette.deep), art.circle(0.1, 0, 0.75), "f"]
    return " ".join(parts)


def _rings(palette: Palette) -> str:
    """A section through a tree: where the carbon went."""
    pale, gold = (
        art.tint(palette.light, palette.paper, 24),
        art.tint(palette.gold, palette.paper, 26),
    )
    parts = []
    radius = 3.0
    for index in range(46):
        colour, width = (gold, 0.3) if index % 9 == 4 else (pale, 0.17 + 0.09 * (index % 3))
        parts.append(art.growth_rings((radius,), 0.022, colour, width))
        radius += 1.2 + 0.55 * (1 + sin(index * 1.7))
    return " ".join(parts)


def _rules(palette: Palette) -> Iterator[str]:
    for inset, radius, colour, width in (
        (7.2, 5.0, palette.deep, 0.55),
        (8.0, 4.4, palette.gold, 0.18),
        (16.4, 3.2, palette.gold, 0.18),
        (17.1, 2.8, palette.deep, 0.36),
    ):
        yield f"{stroke(colour, width)} {art.rounded(inset, radius)} S"


def _corners() -> Iterator[str]:
    for x in (_CORNER_MM, PAGE_WIDTH_MM - _CORNER_MM):
        for y in (_CORNER_MM, PAGE_HEIGHT_MM - _CORNER_MM):
            yield placed("Corner", x, y)


def _paper(palette: Palette) -> str:
    return f"{fill(palette.paper)} 0 0 {PAGE_WIDTH_MM:g} {PAGE_HEIGHT_MM:g} re f"


def _front(palette: Palette) -> str:
    parts = [_paper(palette), placed("Rings", *RINGS_AT)]
    for name, side, turn in (("Across", PAGE_WIDTH_MM, 0.0), ("Down", PAGE_HEIGHT_MM, pi / 2)):
        count, length = _tile_count(side)
        for index in range(count):
            along = _TILES_FROM_MM + index * length
            for across in (_BAND_MM, (PAGE_HEIGHT_MM if turn == 0 else PAGE_WIDTH_MM) - _BAND_MM):
                x, y = (along, across) if turn == 0 else (across, along)
                parts.append(placed(name, x, y, turn=turn))
    return " ".join((*parts, *_rules(palette), *_corners()))


def _lines(palette: Palette) -> str:
    """Draw what lies over the mark of a sample: it must not cut lines."""
    parts = [_ornament(palette), placed("Mark", *MARK_AT), placed("Seal", *SEAL_AT)]
    return " ".join((*parts, *_grid(palette), _code_frame(palette)))


def _grid(palette: Palette) -> Iterator[str]:
    left, right, upper, middle, lower = FACTS_MM
    yield stroke(palette.gold, 0.14)
    width = (right - left) / FACTS_ACROSS
    for index in range(1, FACTS_ACROSS):
        x = left + index * width
        yield f"{art.at((x, upper))} m {art.at((x, lower))} l S"
    yield f"{art.at((left, middle))} m {art.at((right, middle))} l S"
    yield stroke(palette.deep, 0.36)
    for y in (upper, lower):
        yield f"{art.at((left, y))} m {art.at((right, y))} l S"


def _code_frame(palette: Palette) -> str:
    left, top, side = CODE_MM
    return f"1 1 1 rg {stroke(palette.gold, 0.2)} {left} {top} {side} {side} re B"


def _ornament(palette: Palette) -> str:
    x, y = ORNAMENT_AT
    lines = "-52 0 m -8 0 l 8 0 m 52 0 l"
    inner = "-32 .8 m -8 .8 l 8 .8 m 32 .8 l"
    diamonds = "-4.6 0 m -3.6 -1 l -2.6 0 l -3.6 1 l h 4.6 0 m 3.6 -1 l 2.6 0 l 3.6 1 l h"
    return (
        f"q 1 0 0 1 {art.at((x, y))} cm {stroke(palette.gold, 0.22)} {lines} S "
        f"{stroke(palette.gold, 0.12)} {inner} S {fill(palette.gold)} {diamonds} f "
        f"{fill(palette.deep)} 0 -1.7 m 1.7 0 l 0 1.7 l -1.7 0 l h f Q"
    )


def _annex(palette: Palette) -> str:
    rules = (
        f"{stroke(palette.deep, 0.45)} {art.rounded(10.4, 3.2)} S",
        f"{stroke(palette.gold, 0.18)} {art.rounded(11.2, 2.8)} S",
    )
    return " ".join((_paper(palette), *rules, placed("Mark", 30.0, 25.2, scale=0.78)))


def _sample(palette: Palette) -> str:
    """示例·无效 from corner to corner: large enough for every copy and every excerpt."""
    angle = -atan2(PAGE_HEIGHT_MM, PAGE_WIDTH_MM) * 0.82
    turn = f"{cos(angle):.5f} {sin(angle):.5f} {-sin(angle):.5f} {cos(angle):.5f}"
    colour = art.tint(palette.rust, palette.paper, 11)
    return (
        f"q {turn} {art.at((PAGE_WIDTH_MM / 2, PAGE_HEIGHT_MM / 2))} cm "
        f"{fill(colour)} "
        f"q 1 0 0 1 0 6 cm {outline('示例·无效', SONG, 46, spacing_mm=5)} Q "
        f"q 1 0 0 1 0 32 cm {outline('SAMPLE · NOT VALID', LATIN, 21, spacing_mm=2.5)} Q Q"
    )
