"""Areas on the GRS80 ellipsoid, which CGCS2000 uses."""

from typing import Any, Final, TypeAlias

import shapely
from pyproj import Geod

Shape: TypeAlias = Any
"""A shapely Polygon or MultiPolygon in micro-degrees; shapely publishes no types."""

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
    total_m2 = 0.0
    for part in shapely.get_parts(shape):
        outer, *holes = (_ring_m2(ring) for ring in shapely.get_rings(part))
        total_m2 += outer - sum(holes)
    return round(total_m2, 4)


def _ring_m2(ring: Shape) -> float:
    lons, lats = shapely.get_coordinates(ring)[:-1].T / UDEG
    area_m2, _ = _GRS80.polygon_area_perimeter(lons, lats)
    return abs(float(area_m2))
