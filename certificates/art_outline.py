"""A parcel's published outline on a paper: the outline at its own scale below a small county map.

No ground map lies under it: the outline is generalised, and a paper is no plan.
"""

from math import cos, radians
from typing import Final

from certificates.art import Palette, fill, polygon, stroke, tint
from certificates.art_map import BOX_MM, map_operators
from certificates.outline import Rings

_MAP_SCALE: Final = 0.44
_ROOM_MM: Final = (25.0, 16.0)
_TOP_MM: Final = 16.4
_STEP_MM: Final = 0.05


def outlined_map(
    palette: Palette, codes: tuple[str, ...], rings: Rings, at_mm: tuple[float, float]
) -> str:
    """Draw the county map and, larger, the outline, into the box of the map alone.

    Args:
        palette: The paper's colours.
        codes: The counties that are filled.
        rings: The outline.
        at_mm: The box's upper left corner.
    """
    x_mm, y_mm = at_mm
    left = x_mm + BOX_MM[0] * (1 - _MAP_SCALE) / 2
    small = map_operators(palette, codes, 0, 0)
    return (
        f"q {_MAP_SCALE} 0 0 {_MAP_SCALE} {left:.2f} {y_mm:.2f} cm {small} Q "
        f"q {_STEP_MM} 0 0 {_STEP_MM} {x_mm + BOX_MM[0] / 2:.2f} "
        f"{y_mm + _TOP_MM + _ROOM_MM[1] / 2:.2f} cm "
        f"{fill(tint(palette.light, palette.paper, 45))} {stroke(palette.deep, 0.24 / _STEP_MM)} "
        f"{_paths(rings)} B* Q"
    )


def _paths(rings: Rings) -> str:
    """Return the rings in whole steps around the middle of their box, as large as fits."""
    points = [point for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = cos(radians((south + north) / 2_000_000))
    across, down = max((east - west) * narrow, 1.0), max(north - south, 1)
    scale = min(_ROOM_MM[0] / across, _ROOM_MM[1] / down) / _STEP_MM

    def placed(x: int, y: int) -> tuple[int, int]:
        return (
            round((x - (west + east) / 2) * narrow * scale),
            round(((south + north) / 2 - y) * scale),
        )

    parts = []
    for ring in rings:
        corners = [placed(x, y) for x, y in ring]
        kept = [one for index, one in enumerate(corners) if one != corners[index - 1]]
        if len(kept) > 2:
            parts.append(polygon(kept))
    return " ".join(parts)
