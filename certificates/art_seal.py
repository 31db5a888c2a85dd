"""The mark of the registry and its seal: toothed, in the colour of its kind, never a red stamp.

A red round seal would look like the official seal (公章) of an authority, which this is not.
"""

from math import cos, pi, sin
from typing import Final

from certificates.art import Palette, circle, fill, growth_rings, polygon, stroke
from certificates.art_emblems import emblem
from certificates.art_text import LATIN, SONG, outline
from certificates.looks import Look

MARK_RADIUS_MM: Final = 7.0
SEAL_RADIUS_MM: Final = 15.5
_TEETH: Final = 72

_VEINS: Final = (
    "0 3.4 m 0 -2.2 l 0 1.9 m 1.3 0.5 l 0 0.6 m 1.15 -0.65 l "
    "0 1.9 m -1.3 0.5 l 0 0.6 m -1.15 -0.65 l"
)


def mark(palette: Palette) -> str:
    """Draw the round mark: a leaf over growth rings."""
    return " ".join(
        (
            fill(palette.deep),
            circle(0, 0, MARK_RADIUS_MM),
            "f",
            growth_rings((3.0, 4.1, 5.1, 5.9), 0.02, palette.main, 0.18),
            stroke(palette.gold, 0.22),
            circle(0, 0, MARK_RADIUS_MM - 0.6),
            "S",
            fill(palette.paper),
            emblem("leaf"),
            stroke(palette.deep, 0.26),
            _VEINS,
            "S",
        )
    )


def seal(look: Look) -> str:
    """Draw the registry's seal: a sign, a word in both languages and a text around them."""
    palette, ring_text = look.palette, look.ring
    edge = polygon(_teeth())
    parts = [fill(palette.paper), stroke(palette.main, 0.22), edge, "B"]
    parts += [stroke(palette.main, 0.45), circle(0, 0, 13.8), "S"]
    parts += [stroke(palette.main, 0.2), circle(0, 0, 10.2), "S"]
    radii = (radius / 10 for radius in range(76, 100, 4))
    parts.append(growth_rings(radii, 0.012, palette.gold, 0.1))
    parts.append(fill(palette.main))
    for index, letter in enumerate(ring_text):
        if letter != " ":
            angle = 2 * pi * index / len(ring_text)
            turn = f"{cos(angle):.4f} {sin(angle):.4f} {-sin(angle):.4f} {cos(angle):.4f}"
            parts.append(f"q {turn} 0 0 cm 1 0 0 1 0 -11.2 cm {outline(letter, LATIN, 2.25)} Q")
    chinese, english = look.word
    # A long word is set smaller, so that it ends inside the rings.
    size_mm = min(2.1, 16.2 / len(english))
    parts.append(f"q 1 0 0 1 0 1.9 cm {outline(chinese, SONG, 4.3, spacing_mm=0.25)} Q")
    parts.append(f"q 1 0 0 1 0 4.9 cm {outline(english, LATIN, size_mm, spacing_mm=0.2)} Q")
    parts.append(f"q .62 0 0 .62 0 -4.8 cm {emblem(look.emblem)} Q")
    return " ".join(parts)


def _teeth() -> list[tuple[float, float]]:
    points = []
    for index in range(_TEETH * 2):
        radius = SEAL_RADIUS_MM if index % 2 == 0 else SEAL_RADIUS_MM - 0.65
        angle = pi * index / _TEETH
        points.append((radius * cos(angle), radius * sin(angle)))
    return points
