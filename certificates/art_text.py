"""Letters as outlines, for drawings: they need no font in the document.

The typefaces are TrueType, whose quadratic curves a PDF cannot draw. One for one they would need
twice the points that their designers set; joined to cubic curves again they need fewer, and on a
grid of whole numbers the same letter is the same text wherever it stands, which compresses well.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Final

from fontTools.pens.basePen import BasePen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.ttLib import TTFont

from certificates.art import Point, at

SONG: Final = "song-700.ttf"
LATIN: Final = "latin-600.ttf"

# How far a joined curve may leave the letter, in steps of the grid.
_LEAVE_STEPS: Final = 0.5
_STEPS_AN_EM: Final = {SONG: 400, LATIN: 300}


class _GridPen(BasePen):  # type: ignore[misc]  # fontTools publishes no types
    """Collects an outline as PDF operators on whole steps of a grid."""

    def __init__(self, glyphs: Any, scale: float) -> None:
        super().__init__(glyphs)
        self.operators: list[str] = []
        self._scale = scale
        self._last = ""

    def _on_grid(self, point: Point) -> str:
        return f"{round(point[0] * self._scale)} {round(point[1] * self._scale)}"

    def _moveTo(self, point: Point) -> None:  # noqa: N802  # BasePen's own name
        self._last = self._on_grid(point)
        self.operators.append(f"{self._last} m")

    def _lineTo(self, point: Point) -> None:  # noqa: N802  # BasePen's own name
        end = self._on_grid(point)
        if end != self._last:
            self.operators.append(f"{end} l")
        self._last = end

    def _curveToOne(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802  # BasePen's own name
        one, other, last = map(self._on_grid, (first, second, end))
        if last == self._last == one == other:
            return
        # Two shorter operators for curves whose control point is one of their ends.
        if one == self._last:
            self.operators.append(f"{other} {last} v")
        elif other == last:
            self.operators.append(f"{one} {last} y")
        else:
            self.operators.append(f"{one} {other} {last} c")
        self._last = last

    def _closePath(self) -> None:  # noqa: N802  # BasePen's own name
        self.operators.append("h")


@cache
def _face(name: str) -> tuple[TTFont, dict[int, str], Any]:
    font = TTFont(str(files("certificates") / "fonts" / name), lazy=True)
    return font, font.getBestCmap(), font.getGlyphSet()


@cache
def _letter(letter: str, face: str) -> tuple[str, float]:
    """Return a letter's filled outline in steps of its face's grid, and its advance in ems."""
    font, names, glyphs = _face(face)
    units = font["head"].unitsPerEm
    glyph, scale = glyphs[names[ord(letter)]], _STEPS_AN_EM[face] / units
    pen = _GridPen(glyphs, scale)
    glyph.draw(Qu2CuPen(pen, _LEAVE_STEPS / scale, all_cubic=True))
    return " ".join((*pen.operators, "f")), glyph.width / units


def outline(text: str, face: str, size_mm: float, *, spacing_mm: float = 0.0) -> str:
    """Fill a line of text, centred on x = 0, its baseline on y = 0.

    Raises:
        KeyError: the face lacks a character.
    """
    letters = [(letter, *_letter(letter, face)) for letter in text]
    step = size_mm / _STEPS_AN_EM[face]
    x = -(sum(width * size_mm + spacing_mm for *_, width in letters) - spacing_mm) / 2
    parts = []
    for letter, shape, width in letters:
        if letter != " ":
            parts.append(f"q {step:.5f} 0 0 {-step:.5f} {at((x, 0))} cm {shape} Q")
        x += width * size_mm + spacing_mm
    return " ".join(parts)
