"""Polygons for tests, and an overlap area that is computed with whole numbers and fractions only.

`exact_overlap` shares nothing with the geometry engine: it fans each ring into signed triangles
from its first point and clips triangle by triangle (Sutherland and Hodgman), which holds for any
simple polygon, with holes, whatever its order.
"""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from random import Random

from hypothesis import strategies as st

from contracts.values import Json
from ledger.land.polygon import ParcelGeometry, parse_parcel

LON = 110_120_000
LAT = 40_980_000

Point = tuple[int, int]
Points = list[Point]
Corner = tuple[Fraction, Fraction]


def record(*rings: Points) -> dict[str, Json]:
    """Return the record of one polygon: its outer ring, then its holes."""
    return multi_record([list(rings)])


def multi_record(polygons: list[list[Points]]) -> dict[str, Json]:
    """Return the record of several polygons."""
    listed: Json = [[[list(p) for p in ring] for ring in polygon] for polygon in polygons]
    return {"crs": "EPSG:4490", "polygons": listed}


def parcel(*rings: Points) -> ParcelGeometry:
    """Return the geometry of one polygon: its outer ring, then its holes."""
    return parse_parcel(record(*rings))


def rectangle(width: int, height: int, *, east: int = 0, north: int = 0) -> Points:
    """Return a rectangle in micro-degrees, `east` and `north` of a place in 固阳县."""
    west, south = LON + east, LAT + north
    return [
        (west, south),
        (west + width, south),
        (west + width, south + height),
        (west, south + height),
    ]


@st.composite
def stars(draw: st.DrawFn, radius: int = 3_000) -> Points:
    """Draw a simple polygon of 3 to 9 corners that wind once around a place near the origin."""
    shift = st.integers(-radius, radius)
    middle = LON + draw(shift), LAT + draw(shift)
    distances = draw(st.lists(st.integers(60, radius), min_size=3, max_size=9))
    return _star(middle, distances, draw(st.integers(0, 359)))


def random_star(random: Random, radius: int = 1_500) -> Points:
    """Return such a polygon from a pseudo-random sequence."""
    middle = LON + random.randint(-radius, radius), LAT + random.randint(-radius, radius)
    distances = [random.randint(60, radius) for _ in range(random.randint(3, 9))]
    return _star(middle, distances, random.randint(0, 359))


def _star(middle: Point, distances: list[int], start_degrees: int) -> Points:
    corners = []
    for index, distance in enumerate(distances):
        angle = math.radians(start_degrees + 360 * index / len(distances))
        east, north = distance * math.cos(angle), distance * math.sin(angle)
        corners.append((middle[0] + round(east), middle[1] + round(north)))
    return corners


def exact_overlap(one: ParcelGeometry, other: ParcelGeometry) -> tuple[Fraction, Fraction]:
    """Return the common area in square micro-degrees and the latitude of its centre of gravity."""
    area = moment = Fraction(0)
    for sign, triangle in _triangles(one):
        for other_sign, other_triangle in _triangles(other):
            piece = _clip(triangle, other_triangle)
            piece_area, piece_moment = _area_and_moment(piece)
            area += sign * other_sign * piece_area
            moment += sign * other_sign * piece_moment
    return area, moment / area + LAT if area else Fraction(LAT)


def square_udeg_m2(lat_udeg: float) -> float:
    """Return the area of a square micro-degree on GRS80, from the two radii of curvature."""
    semi_major_m, flattening = 6_378_137.0, 1 / 298.257222101
    e2 = flattening * (2 - flattening)
    phi = math.radians(lat_udeg / 1e6)
    w2 = 1 - e2 * math.sin(phi) ** 2
    meridian_m, vertical_m = semi_major_m * (1 - e2) / w2**1.5, semi_major_m / w2**0.5
    return meridian_m * vertical_m * math.cos(phi) * math.radians(1e-6) ** 2


def _triangles(geometry: ParcelGeometry) -> Iterator[tuple[int, list[Corner]]]:
    for polygon in geometry.polygons:
        for ring in polygon:
            # Moved to a near origin; outer rings run counter-clockwise and holes clockwise.
            points = [(Fraction(x - LON), Fraction(y - LAT)) for x, y in ring]
            for second, third in pairwise(points[1:]):
                turn = _turn(points[0], second, third)
                if turn > 0:
                    yield 1, [points[0], second, third]
                elif turn < 0:
                    yield -1, [points[0], third, second]


def _turn(a: Corner, b: Corner, c: Corner) -> Fraction:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _clip(subject: list[Corner], window: list[Corner]) -> list[Corner]:
    for start, end in zip(window, window[1:] + window[:1], strict=True):
        kept: list[Corner] = []
        for a, b in zip(subject, subject[1:] + subject[:1], strict=True):
            side_a, side_b = _turn(start, end, a), _turn(start, end, b)
            if side_a >= 0:
                kept.append(a)
            if side_a * side_b < 0:
                t = side_a / (side_a - side_b)
                kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        subject = kept
    return subject


def _area_and_moment(ring: list[Corner]) -> tuple[Fraction, Fraction]:
    area = moment = Fraction(0)
    for (x, y), (next_x, next_y) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x * next_y - next_x * y
        area += cross / 2
        moment += cross * (y + next_y) / 6
    return area, moment
