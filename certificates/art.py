"""Lines, circles, rings and strands as PDF operators: the alphabet of the papers' drawings.

Millimetres, y downwards; the page turns them the right way round once. All of it is arithmetic,
so the same program draws the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]

PAGE_WIDTH_MM: Final = 297.0
PAGE_HEIGHT_MM: Final = 210.0

# A cubic Bézier quarter circle: 4/3 (√2 − 1).
_KAPPA: Final = 0.5523

_FINE_RADIUS_MM: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one kind of paper, each #rrggbb."""

    deep: str
    main: str
    light: str
    gold: str
    paper: str = "#fcfbf6"
    rust: str = "#b4491f"


def number(value: float) -> str:
    """Write a coordinate with two decimals and no zeros that say nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    if text in {"-0", "0"}:
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def at(point: Point) -> str:
    """Write a point."""
    return f"{number(point[0])} {number(point[1])}"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _rgb(colour: str) -> str:
    return " ".join(f"{channel / 255:.3f}" for channel in _channels(colour))


def fill(colour: str) -> str:
    """Set the colour of areas."""
    return f"{_rgb(colour)} rg"


def stroke(colour: str, width_mm: float) -> str:
    """Set the colour and width of lines."""
    return f"{_rgb(colour)} RG {width_mm:g} w"


def tint(colour: str, paper: str, percent: int) -> str:
    """Mix a colour with the paper's: transparency would be the printer's to interpret."""
    mixed = (
        (one * percent + other * (100 - percent)) // 100
        for one, other in zip(_channels(colour), _channels(paper), strict=True)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def circle(x: float, y: float, radius: float) -> str:
    """Return the path of a circle."""
    k = radius * _KAPPA
    right, below, left, above = x + radius, y + radius, x - radius, y - radius
    curves = (
        ((right, y + k), (x + k, below), (x, below)),
        ((x - k, below), (left, y + k), (left, y)),
        ((left, y - k), (x - k, above), (x, above)),
        ((x + k, above), (right, y - k), (right, y)),
    )
    return f"{at((right, y))} m {' '.join(_curve(*curve) for curve in curves)} h"


def _curve(first: Point, second: Point, end: Point) -> str:
    return f"{at(first)} {at(second)} {at(end)} c"


def polygon(points: Iterable[Point]) -> str:
    """Return the path of a closed polygon."""
    first, *others = points
    return f"{at(first)} m {' '.join(f'{at(point)} l' for point in others)} h"


def strand(length: float, amplitude: float, periods: int, phase: float) -> str:
    """Return a sine line along x, with exact tangents, eight pieces a period."""
    pieces = periods * 8
    step, pace = length / pieces, 2 * pi * periods / length
    parts = [f"{at((0, amplitude * sin(phase)))} m"]
    for index in range(pieces):
        x = index * step
        here, there = pace * x + phase, pace * (x + step) + phase
        slope = amplitude * pace * step / 3
        first = (x + step / 3, amplitude * sin(here) + slope * cos(here))
        second = (x + 2 * step / 3, amplitude * sin(there) - slope * cos(there))
        parts.append(_curve(first, second, (x + step, amplitude * sin(there))))
    return " ".join(parts)


def growth_rings(radii_mm: Iterable[float], wobble: float, line: str, width_mm: float) -> str:
    """Draw rings of a tree: nearly circles, wider towards the light.

    On a grid of whole steps, which a hundred curves fill with half the characters.
    """
    radii = tuple(radii_mm)
    step = number(0.02 if max(radii) <= _FINE_RADIUS_MM else 0.05)
    paths = (f"{_growth_ring(radius, wobble, float(step))} S" for radius in radii)
    scale = f"{step} 0 0 {step} 0 0 cm"
    return f"q {scale} {stroke(line, width_mm / float(step))} {' '.join(paths)} Q"


def _growth_ring(radius: float, wobble: float, step: float) -> str:
    """Return one closed path with exact tangents; three pieces for each of seven waves at most."""
    pieces = min(21, max(12, int(radius * 0.22)))
    turn = 2 * pi / pieces
    ends = [_on_ring(radius, wobble, index * turn) for index in range(pieces + 1)]
    parts = [f"{_in_steps(ends[0][0], step)} m"]
    for (start, leaving), (end, arriving) in pairwise(ends):
        first = (start[0] + leaving[0] * turn / 3, start[1] + leaving[1] * turn / 3)
        second = (end[0] - arriving[0] * turn / 3, end[1] - arriving[1] * turn / 3)
        parts.append(" ".join((*(_in_steps(one, step) for one in (first, second, end)), "c")))
    return " ".join((*parts, "h"))


def _on_ring(radius: float, wobble: float, angle: float) -> tuple[Point, Point]:
    """Return the point of a ring at an angle, and how it changes with the angle."""
    waves = ((2, 0.9, 1.0), (3, 2.1, 0.55), (7, radius / 9, 0.3))
    bend = sum(height * sin(count * angle + phase) for count, phase, height in waves)
    slope = sum(height * count * cos(count * angle + phase) for count, phase, height in waves)
    reach, growth = radius * (1 + wobble * bend), radius * wobble * slope
    c, s = cos(angle), sin(angle)
    point = (reach * c + radius * 0.11, reach * s * 0.94)
    return point, (growth * c - reach * s, (growth * s + reach * c) * 0.94)


def _in_steps(point: Point, step: float) -> str:
    return f"{round(point[0] / step)} {round(point[1] / step)}"


def rounded(inset: float, radius: float) -> str:
    """Return a rounded rectangle at a distance from the page's edges."""
    left, top = inset, inset
    right, below = PAGE_WIDTH_MM - inset, PAGE_HEIGHT_MM - inset
    k = radius * (1 - _KAPPA)
    return " ".join(
        (
            f"{at((left + radius, top))} m {at((right - radius, top))} l",
            _curve((right - k, top), (right, top + k), (right, top + radius)),
            f"{at((right, below - radius))} l",
            _curve((right, below - k), (right - k, below), (right - radius, below)),
            f"{at((left + radius, below))} l",
            _curve((left + k, below), (left, below - k), (left, below - radius)),
            f"{at((left, top + radius))} l",
            _curve((left, top + k), (left + k, top), (left + radius, top)),
            "h",
        )
    )


def placed(name: str, x: float, y: float, *, turn: float = 0.0, scale: float = 1.0) -> str:
    """Draw a named form at a point, turned by radians and scaled."""
    c, s = scale * cos(turn), scale * sin(turn)
    return f"q {c:.5f} {s:.5f} {-s:.5f} {c:.5f} {at((x, y))} cm /{name} Do Q"
