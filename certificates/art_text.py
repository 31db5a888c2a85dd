"""Letters as outlines, for drawings: they need no font in the document."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from certificates.art import Point, at

SONG: Final = "song-700.ttf"
LATIN: Final = "latin-600.ttf"


class _OperatorPen(BasePen):  # type: ignore[misc]  # fontTools publishes no types
    """Collects a glyph's outline as PDF operators; `BasePen` makes cubic curves of quadratic."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.operators: list[str] = []

    def _moveTo(self, point: Point) -> None:  # noqa: N802  # BasePen's own name
        self.operators.append(f"{at(point)} m")

    def _lineTo(self, point: Point) -> None:  # noqa: N802  # BasePen's own name
        self.operators.append(f"{at(point)} l")

    def _curveToOne(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802  # BasePen's own name
        self.operators.append(f"{at(first)} {at(second)} {at(end)} c")

    def _closePath(self) -> None:  # noqa: N802  # BasePen's own name
        self.operators.append("h")


@cache
def _face(name: str) -> tuple[TTFont, dict[int, str], Any]:
    font = TTFont(str(files("certificates") / "fonts" / name), lazy=True)
    return font, font.getBestCmap(), font.getGlyphSet()


def outline(text: str, face: str, size_mm: float, *, spacing_mm: float = 0.0) -> str:
    """Return the outline of a line of text, centred on x = 0, its baseline on y = 0.

    Raises:
        KeyError: the face lacks a character.
    """
    font, names, glyphs = _face(face)
    scale = size_mm / font["head"].unitsPerEm
    advances = [glyphs[names[ord(letter)]].width * scale + spacing_mm for letter in text]
    x = -(sum(advances) - spacing_mm) / 2
    pen = _OperatorPen(glyphs)
    for letter, advance in zip(text, advances, strict=True):
        glyphs[names[ord(letter)]].draw(TransformPen(pen, (scale, 0, 0, -scale, x, 0)))
        x += advance
    return " ".join(pen.operators)
