"""The private polygon of a parcel: what a record may hold, and its one normal form.

A record is canonical JSON with integers only, in micro-degrees of CGCS2000 (EPSG:4490):

    {"crs":"EPSG:4490","polygons":[[ring, hole, …], …]}      ring = [[lon_udeg, lat_udeg], …]

Rings are not closed (the first point is not repeated at the end). On reading, a ring may start
anywhere and run either way; `ParcelGeometry` holds the normal form (outer rings counter-clockwise,
holes clockwise, each from its smallest point, sorted) and `record_of` writes only that.

One micro-degree is 0.111 m north and about 0.084 m east at Baotou. Coordinates must be CGCS2000:
map services deliver GCJ-02, about 480 m east and 130 m north of it here, which no check can see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import shapely

from contracts.values import Json
from ledger.land.geodesy import Shape, geodesic_m2
from ledger.log.canonical import NotCanonicalError, canonical, parse

Point: TypeAlias = tuple[int, int]
Ring: TypeAlias = tuple[Point, ...]
Polygon: TypeAlias = tuple[Ring, ...]
Bounds: TypeAlias = tuple[int, int, int, int]

CRS: Final = "EPSG:4490"
VERTICES_MAX: Final = 5_000
REGION: Final[Bounds] = (109_000_000, 40_000_000, 112_000_000, 43_000_000)
"""Baotou with a margin of at least 0.2°: west, south, east, north in micro-degrees."""

RECORD_BYTES_MAX: Final = 200_000
"""Longest record read: 5,000 points of 21 bytes, brackets, and room for spaces."""


class GeometryProblem(StrEnum):
    """Why a polygon cannot be a parcel, in the order in which it is checked."""

    NOT_A_POLYGON = "not a polygon record with rings of [longitude, latitude] points"
    WRONG_CRS = "coordinates must be CGCS2000 (EPSG:4490); convert them first"
    TOO_MANY_VERTICES = "too many vertices"
    TOO_FEW_POINTS = "a ring needs at least three points"
    AXES_SWAPPED = "longitude and latitude are swapped: longitude comes first"
    OUT_OF_REGION = "a point lies outside the Baotou region, or is not in degrees"
    REPEATED_POINT = "a ring passes a point twice, or is closed by repeating its first point"
    CROSSES_ITSELF = "the boundary crosses or overlaps itself"
    NO_AREA = "the area is below 1 m²"
    OUTSIDE_COUNTIES = "the polygon lies in no county of Baotou"


class GeometryError(ValueError):
    """A polygon that cannot be a parcel, and the numbers that decided it."""

    def __init__(self, code: GeometryProblem, **facts: Json) -> None:
        shown = ", ".join(f"{name}={value}" for name, value in facts.items())
        super().__init__(f"{code.value} ({shown})" if shown else code.value)
        self.code = code
        self.facts: Mapping[str, Json] = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelGeometry:
    """A valid polygon or multipolygon in its normal form; equal geometries compare equal."""

    polygons: tuple[Polygon, ...]

    @property
    def vertex_count(self) -> int:
        """Return the number of points in all rings."""
        return sum(len(ring) for polygon in self.polygons for ring in polygon)

    @property
    def bounds(self) -> Bounds:
        """Return west, south, east and north in micro-degrees."""
        lons, lats = zip(*(point for polygon in self.polygons for point in polygon[0]), strict=True)
        return min(lons), min(lats), max(lons), max(lats)


def parse_parcel(record: object) -> ParcelGeometry:
    """Read a polygon record as it lies in the vault or arrives with a draft.

    Args:
        record: Parsed JSON of the shape in this module's docstring.

    Raises:
        GeometryError: the first problem, in the order of `GeometryProblem`.
    """
    if not isinstance(record, Mapping) or set(record) != {"crs", "polygons"}:
        raise GeometryError(GeometryProblem.NOT_A_POLYGON)
    if record["crs"] != CRS:
        raise GeometryError(GeometryProblem.WRONG_CRS)
    return checked(
        tuple(
            tuple(tuple(_point(point) for point in items(ring)) for ring in items(polygon))
            for polygon in items(record["polygons"])
        )
    )


def read_record(data: bytes) -> ParcelGeometry:
    """Read the bytes of a polygon record; their spelling is free, the log's commitment is not.

    Raises:
        GeometryError: as `parse_parcel`; `NOT_A_POLYGON` also for bytes that are not JSON of the
            subset of `ledger.log.canonical`, floats for example.
    """
    try:
        record = parse(data, size_max=RECORD_BYTES_MAX)
    except NotCanonicalError as error:
        raise GeometryError(GeometryProblem.NOT_A_POLYGON, reason=str(error)) from error
    return parse_parcel(record)


def record_bytes(geometry: ParcelGeometry) -> bytes:
    """Return the canonical bytes of a geometry's record, which a commitment is made over."""
    return canonical(record_of(geometry))


def record_of(geometry: ParcelGeometry) -> dict[str, Json]:
    """Return the record of a geometry: its one normal form, ready for canonical JSON."""
    polygons: Json = [
        [[list(point) for point in ring] for ring in polygon] for polygon in geometry.polygons
    ]
    return {"crs": CRS, "polygons": polygons}


def shape_of(geometry: ParcelGeometry) -> Shape:
    """Return the geometry for shapely: x and y are whole micro-degrees, exact in a double."""
    return _shape(geometry.polygons)


def normal_form(shape: Shape) -> ParcelGeometry:
    """Return the normal form of a valid shapely polygon whose coordinates are whole numbers."""
    return _normal(
        tuple(
            tuple(
                tuple((round(x), round(y)) for x, y in shapely.get_coordinates(ring)[:-1])
                for ring in shapely.get_rings(part)
            )
            for part in shapely.get_parts(shape)
        )
    )


def items(value: object) -> list[object]:
    """Return the members of a JSON array.

    Raises:
        GeometryError: `NOT_A_POLYGON`, if it is no array or an empty one.
    """
    if not isinstance(value, list | tuple) or not value:
        raise GeometryError(GeometryProblem.NOT_A_POLYGON)
    return list(value)


def checked(polygons: tuple[Polygon, ...]) -> ParcelGeometry:
    """Return the normal form of open rings, if they make a parcel.

    Raises:
        GeometryError: the first problem from `TOO_MANY_VERTICES` on.
    """
    rings = [ring for polygon in polygons for ring in polygon]
    vertices = sum(len(ring) for ring in rings)
    if vertices > VERTICES_MAX:
        raise GeometryError(
            GeometryProblem.TOO_MANY_VERTICES, vertices=vertices, vertices_max=VERTICES_MAX
        )
    if min(len(ring) for ring in rings) < 3:
        raise GeometryError(GeometryProblem.TOO_FEW_POINTS)
    _check_region([point for ring in rings for point in ring])
    for ring in rings:
        if len(set(ring)) < len(ring):
            raise GeometryError(GeometryProblem.REPEATED_POINT, point=list(_repeated(ring)))
    _check_valid(_shape(polygons))
    return _normal(polygons)


def _point(value: object) -> Point:
    match value:
        case [int(lon), int(lat)] if type(lon) is int and type(lat) is int:
            return lon, lat
    raise GeometryError(GeometryProblem.NOT_A_POLYGON, point=str(value)[:80])


def _check_region(points: list[Point]) -> None:
    west, south, east, north = REGION
    outside = [p for p in points if not (west <= p[0] <= east and south <= p[1] <= north)]
    if not outside:
        return
    if all(west <= lat <= east and south <= lon <= north for lon, lat in points):
        raise GeometryError(GeometryProblem.AXES_SWAPPED, point=list(outside[0]))
    raise GeometryError(GeometryProblem.OUT_OF_REGION, point=list(outside[0]), region=list(REGION))


def _repeated(ring: Ring) -> Point:
    seen: set[Point] = set()
    for point in ring:
        if point in seen:
            return point
        seen.add(point)
    raise ValueError("no point is repeated")


def _check_valid(shape: Shape) -> None:
    # Orientation tests of GEOS are exact for whole numbers of this size, so the verdict is too.
    if not shape.is_valid:
        flat = shapely.convex_hull(shape).area == 0
        problem = GeometryProblem.NO_AREA if flat else GeometryProblem.CROSSES_ITSELF
        raise GeometryError(problem, reason=shapely.is_valid_reason(shape))
    area_m2 = geodesic_m2(shape)
    if area_m2 < 1:
        raise GeometryError(GeometryProblem.NO_AREA, area_cm2=round(area_m2 * 10_000))


def _shape(polygons: tuple[Polygon, ...]) -> Shape:
    parts = [shapely.Polygon(outer, holes) for outer, *holes in polygons]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _normal(polygons: tuple[Polygon, ...]) -> ParcelGeometry:
    return ParcelGeometry(
        polygons=tuple(
            sorted(
                (_turned(outer, 1), *sorted(_turned(hole, -1) for hole in holes))
                for outer, *holes in polygons
            )
        )
    )


def _turned(ring: Ring, direction: int) -> Ring:
    doubled = sum(
        x * next_y - next_x * y
        for (x, y), (next_x, next_y) in zip(ring, ring[1:] + ring[:1], strict=True)
    )
    turned = ring if doubled * direction > 0 else ring[::-1]
    start = turned.index(min(turned))
    return turned[start:] + turned[:start]
