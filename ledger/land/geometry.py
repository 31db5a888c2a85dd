"""What is measured on parcels: area, overlap, whether an overlap is a sliver, a public outline.

Overlaps are cut in the plane of longitude and latitude, where boundaries run straight between
whole micro-degrees, and then measured on the ellipsoid.
"""

import math
from enum import StrEnum
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contracts.v1.parcel_register import sliver_limit_m2
from ledger.land.geodesy import Shape, Shapes, areas_m2, geodesic_m2
from ledger.land.geojson import from_geojson
from ledger.land.polygon import (
    GeometryError,
    GeometryProblem,
    ParcelGeometry,
    normal_form,
    parse_parcel,
    read_record,
    record_bytes,
    record_of,
    shape_of,
)

__all__ = [
    "GeometryError",
    "GeometryProblem",
    "Overlap",
    "ParcelGeometry",
    "area_m2",
    "classify_overlap",
    "from_geojson",
    "generalise",
    "overlap_m2",
    "overlaps_m2",
    "parse_parcel",
    "read_record",
    "record_bytes",
    "record_of",
    "shape_of",
    "sliver_limit_m2",
]

ROUNDING_RADIUS_UDEG: Final = 0.36
"""An overlap that no circle of this radius fits into comes from rounding, and counts as none.

A point that lay on a neighbour's edge moves by up to half a unit along both axes when it is
written down, so by at most √½ = 0.707 across the edge: the sliver that appears is never wider, and
no circle of radius 0.354 fits into it. A strip one unit wide, the narrowest that two records can
state along a meridian or parallel, holds a circle of radius 0.5 and counts in full.
"""

OUTLINE_GRID_UDEG: Final = 1_000
"""About 111 m north and 84 m east."""

OUTLINE_VERTICES_MAX: Final = 400
OUTLINE_RINGS_MAX: Final = 16
"""What `geometry.publish` takes."""

_POLYGON_TYPE: Final = 3


class Overlap(StrEnum):
    """What an overlap with an earlier parcel means for the later one."""

    NONE = "none"
    SLIVER = "sliver"
    REFUSED = "refused"


def area_m2(geometry: ParcelGeometry) -> int:
    """Return the area on the ellipsoid in whole square metres, rounded down."""
    return math.floor(geodesic_m2(shape_of(geometry)))


def overlap_m2(one: ParcelGeometry, other: ParcelGeometry) -> int:
    """Return the common area in whole square metres, rounded up; 0 where they only touch."""
    return overlaps_m2(shape_of(one), np.array([shape_of(other)], dtype=object))[0]


def overlaps_m2(shape: Shape, others: Shapes) -> list[int]:
    """Return the common area of one shape with each of the others, as `overlap_m2` does.

    Prepares `shape`, so that most of the others are decided without being cut.
    """
    shapely.prepare(shape)
    pieces: Shapes = np.full(len(others), None, dtype=object)
    inside = shapely.covers(shape, others)
    pieces[inside] = others[inside]
    cut = shapely.intersects(shape, others) & ~inside
    pieces[cut] = shapely.intersection(shape, others[cut])
    parts, owners = shapely.get_parts(pieces, return_index=True)
    totals_m2 = [0.0] * len(others)
    wide, wide_owners = _with_width(parts, owners)
    for part_m2, owner in zip(areas_m2(wide), wide_owners.tolist(), strict=True):
        totals_m2[owner] += part_m2
    return [math.ceil(round(total_m2, 4)) for total_m2 in totals_m2]


def _with_width(parts: Shapes, owners: NDArray[np.int64]) -> tuple[Shapes, NDArray[np.int64]]:
    kept = shapely.get_type_id(parts) == _POLYGON_TYPE
    # An area without a circle of radius r is at most r × perimeter, so few parts need the erosion.
    narrow = kept & (shapely.area(parts) <= ROUNDING_RADIUS_UDEG * shapely.length(parts))
    kept[narrow] = ~shapely.is_empty(shapely.buffer(parts[narrow], -ROUNDING_RADIUS_UDEG))
    return parts[kept], owners[kept]


def classify_overlap(overlap_area_m2: int, *, later_area_m2: int) -> Overlap:
    """Say what an overlap means: none, a sliver deducted from the later parcel, or refused.

    The limit is max(1 m², 0.01 %) of the later parcel, because that one bears the deduction. The
    rule `parcel.register` decides; this tells a drafter beforehand.

    Example:
        A parcel of 25 ha: 0 m² is none, 1 to 25 m² are a sliver, 26 m² are refused.
    """
    if overlap_area_m2 == 0:
        return Overlap.NONE
    if overlap_area_m2 <= sliver_limit_m2(later_area_m2):
        return Overlap.SLIVER
    return Overlap.REFUSED


def generalise(geometry: ParcelGeometry) -> ParcelGeometry:
    """Return an outline for the public: on a grid of about 100 m, so that no exact point is left.

    Holes are filled and the 16 largest parts kept, so that each polygon of the outline is one
    ring. A parcel that vanishes on the grid becomes the grid cell of its middle. An outline of
    more than 400 points is drawn on a grid twice as wide until it fits.
    """
    grid = OUTLINE_GRID_UDEG
    while True:
        outline = _outline(geometry, grid)
        if outline.vertex_count <= OUTLINE_VERTICES_MAX:
            return outline
        grid *= 2


def _outline(geometry: ParcelGeometry, grid: int) -> ParcelGeometry:
    # Simplified first: the rounding that follows always yields a valid polygon.
    rounded = shapely.set_precision(shapely.simplify(shape_of(geometry), grid), grid)
    outer_rings = shapely.get_exterior_ring(shapely.get_parts(rounded))
    # A part inside the hole of another is swallowed when that hole is filled.
    parts = shapely.get_parts(shapely.union_all(shapely.polygons(outer_rings), grid_size=grid))
    if len(parts) == 0:
        return _cell(geometry, grid)
    by_size = np.argsort(-shapely.area(parts), kind="stable")
    return normal_form(shapely.multipolygons(parts[by_size[:OUTLINE_RINGS_MAX]]))


def _cell(geometry: ParcelGeometry, grid: int) -> ParcelGeometry:
    west, south, east, north = geometry.bounds
    left, bottom = (west + east) // 2 // grid * grid, (south + north) // 2 // grid * grid
    return normal_form(shapely.box(left, bottom, left + grid, bottom + grid))
