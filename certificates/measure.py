"""How wide a text is in a paper's typefaces, and how many lines it takes: arithmetic, no layout.

Widths are the typefaces' own advances, without kerning, and lines are broken as greedily as the
page breaks them. So sizes are chosen before the page is laid out, once.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

PT_MM: Final = 25.4 / 72

ZH: Final = ("figures-400.ttf", "song-400.ttf")
ZH_BOLD: Final = ("figures-600.ttf", "song-700.ttf")
EN: Final = ("latin-400.ttf", "song-400.ttf")
EN_MEDIUM: Final = ("latin-500.ttf", "song-400.ttf")
DIGITS: Final = ("figures-600.ttf", "song-700.ttf")

# What may not end a line stays with the character behind it, what may not begin one with the
# character before it.
_OPENING: Final = "（《「『“‘(["
_CLOSING: Final = "，。；：、！？）》」』”’…·,.;:!?)]}%"
_TOKEN: Final = re.compile(
    rf"[ ]+|[{re.escape(_OPENING)}]*(?:[^\s\u2e80-\uffff“‘(\[]+|[^ ])[{re.escape(_CLOSING)}]*"
)
# Kerning, and the little that rounding adds.
_MARGIN: Final = 1.012


@cache
def _advances(name: str) -> dict[str, float]:
    path = Path(str(files("certificates") / "fonts" / name)) if name else _rare()
    with TTFont(path, lazy=True) as font:
        unit, metrics = font["head"].unitsPerEm, font["hmtx"]
        return {chr(code): metrics[glyph][0] / unit for code, glyph in font.getBestCmap().items()}


def _rare() -> Path:
    return Path(pylopdf_fonts_zh_cn.serif_path())


@cache
def _advance(character: str, faces: tuple[str, ...]) -> float:
    for face in (*faces, ""):
        found = _advances(face).get(character)
        if found is not None:
            return found
    return 1.0


def width_mm(
    text: str, faces: tuple[str, ...], size_pt: float, *, spacing_pt: float = 0.0
) -> float:
    """Return the width of a text on one line.

    Args:
        text: What is set.
        faces: The typefaces, the first that has a character sets it.
        size_pt: The type size.
        spacing_pt: What is added behind every character.
    """
    ems = sum(_advance(character, faces) for character in text)
    return (ems * size_pt + len(text) * spacing_pt) * PT_MM * _MARGIN


def line_count(text: str, faces: tuple[str, ...], size_pt: float, *, across_mm: float) -> int:
    """Return how many lines a text takes in a column of that width; none for no text."""
    lines, used = 0, across_mm
    for token in _TOKEN.findall(text):
        wide = width_mm(token, faces, size_pt)
        if used + wide <= across_mm:
            used += wide
        elif not token.isspace():
            # A word wider than the column is broken: it fills whole lines.
            whole = int(wide // across_mm)
            lines, used = lines + 1 + whole, wide - whole * across_mm
    return lines


def widest_mm(texts: Iterable[str], faces: tuple[str, ...], size_pt: float) -> float:
    """Return the width of the widest of some texts."""
    return max((width_mm(text, faces, size_pt) for text in texts), default=0.0)
