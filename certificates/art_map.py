"""The map on a paper: Baotou's nine counties, and those the paper is about.

The polygons are the packaged ones of `ledger.land` (天地图 2024); the map is a sketch and shows the
city alone. Corners are moved to a grid of whole steps, so neighbours keep their common lines, and
all of it is whole numbers until the last division: the same bytes everywhere.
"""

from collections.abc import Sequence
from functools import cache
from math import cos, radians
from typing import Final

from certificates.art import Palette, Point, fill, polygon, stroke, tint
from ledger.land.counties import counties

BOX_MM: Final = (27.0, 33.0)
_STEP_MM: Final = 0.16
_MIDDLE_LATITUDE: Final = radians(41.4)


def map_operators(palette: Palette, codes: Sequence[str], x_mm: float, y_mm: float) -> str:
    """Draw the map into a box whose upper left corner is given.

    Args:
        palette: The paper's colours.
        codes: GB/T 2260 codes of the counties that are filled.
        x_mm: The box's left side.
        y_mm: Its upper side.
    """
    shapes, chosen = _outlines(), set(codes)
    pale = tint(palette.light, palette.paper, 16)
    scale = f"{_STEP_MM:g} 0 0 {_STEP_MM:g} {x_mm:g} {y_mm:g}"
    border = stroke(tint(palette.main, palette.paper, 55), 0.1 / _STEP_MM)
    parts = [f"q {scale} cm {border}"]
    parts.append(fill(pale))
    parts += [f"{path} B" for code, path in shapes if code not in chosen]
    parts += [fill(palette.main), stroke(palette.deep, 0.14 / _STEP_MM)]
    parts += [f"{path} B" for code, path in shapes if code in chosen]
    return " ".join((*parts, "Q"))


def is_on_map(code: str) -> bool:
    """Say whether the map has a county of this code."""
    return any(county.code == code for county in counties())


@cache
def _outlines() -> tuple[tuple[str, str], ...]:
    """Return each county's path in whole steps of the box's grid."""
    bounds = [county.geometry.bounds for county in counties()]
    west, north = min(one[0] for one in bounds), max(one[3] for one in bounds)
    east, south = max(one[2] for one in bounds), min(one[1] for one in bounds)
    across = (east - west) * cos(_MIDDLE_LATITUDE)
    scale = min(BOX_MM[0] / across, BOX_MM[1] / (north - south))
    left = (BOX_MM[0] - across * scale) / 2

    def placed(point: tuple[int, int]) -> Point:
        x = left + (point[0] - west) * cos(_MIDDLE_LATITUDE) * scale
        y = (north - point[1]) * scale
        return round(x / _STEP_MM), round(y / _STEP_MM)

    return tuple(
        (
            county.code,
            " ".join(
                polygon(corners)
                for rings in county.geometry.polygons
                for ring in rings
                if len(corners := _without_repeats([placed(point) for point in ring])) > 2
            ),
        )
        for county in counties()
    )


def _without_repeats(points: list[Point]) -> list[Point]:
    return [point for index, point in enumerate(points) if point != points[index - 1]]
