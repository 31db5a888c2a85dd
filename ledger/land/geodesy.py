"""Areas on the GRS80 ellipsoid, which CGCS2000 uses."""

from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

Shape: TypeAlias = Any
"""A shapely Polygon or MultiPolygon in micro-degrees; shapely publishes no types."""

Shapes: TypeAlias = NDArray[np.object_]

UDEG: Final = 1_000_000
"""Micro-degrees in a degree."""

_GRS80: Final = Geod(ellps="GRS80")


def geodesic_m2(shape: Shape) -> float:
    """Return the area of a polygon or multipolygon without its holes; edges are geodesics.

    An edge that runs straight in longitude and latitude leaves the geodesic by less than 0.02 m
    where it is 1 km long, and by the square of its length: below the resolution of a record for
    usual boundaries. Rounded to a square centimetre, so that the last bits of a platform's sine
    decide nothing.

    Source: C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87 (2013), section 6.
    """
    return round(sum(areas_m2(shapely.get_parts(shape))), 4)


def areas_m2(parts: Shapes) -> list[float]:
    """Return the area of each of many polygons, as `geodesic_m2` but not rounded."""
    rings, owners = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    ends = np.cumsum(np.bincount(ring_of_point, minlength=len(rings)))
    lons, lats = points.T / UDEG
    totals_m2 = [0.0] * len(parts)
    start, last_owner = 0, -1
    for end, owner in zip(ends.tolist(), owners.tolist(), strict=True):
        # The last point of a ring repeats its first.
        ring_m2, _ = _GRS80.polygon_area_perimeter(lons[start : end - 1], lats[start : end - 1])
        outer = owner != last_owner
        totals_m2[owner] += abs(ring_m2) if outer else -abs(ring_m2)
        start, last_owner = end, owner
    return totals_m2
