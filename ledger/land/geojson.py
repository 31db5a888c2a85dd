"""GeoJSON to a parcel's polygon: the drafting edge, where decimal degrees become integers."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

from ledger.land.geodesy import UDEG
from ledger.land.polygon import (
    CRS,
    GeometryError,
    GeometryProblem,
    ParcelGeometry,
    Point,
    Ring,
    checked,
    items,
)

_CRS_NAMES: Final = (CRS, "urn:ogc:def:crs:EPSG::4490")
_DEGREES_MAX: Final = 360
_SHOWN_MAX: Final = 80


def from_geojson(document: object) -> ParcelGeometry:
    """Read a GeoJSON Feature or geometry; only for drafting, before anything is signed.

    Degrees (numbers or decimal text) are rounded half-even to micro-degrees, after which points
    that fall together with the one before are dropped. A third coordinate is ignored. A `crs`
    member, if there is one, must name EPSG:4490; without it the data is taken as CGCS2000.

    Raises:
        GeometryError: as `ledger.land.polygon.parse_parcel`.
    """
    geometry = document
    if isinstance(document, Mapping):
        _check_crs(document)
        if document.get("type") == "Feature":
            geometry = document.get("geometry")
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise GeometryError(GeometryProblem.NOT_A_POLYGON)
    coordinates = geometry.get("coordinates")
    several = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    return checked(
        tuple(
            tuple(_opened([_point(point) for point in items(ring)]) for ring in items(polygon))
            for polygon in items(several)
        )
    )


def _check_crs(document: Mapping[str, object]) -> None:
    match document.get("crs"):
        case None:
            return
        case {"properties": {"name": str(name)}} if name in _CRS_NAMES:
            return
    raise GeometryError(GeometryProblem.WRONG_CRS)


def _opened(ring: list[Point]) -> Ring:
    kept = [point for index, point in enumerate(ring) if index == 0 or point != ring[index - 1]]
    return tuple(kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept)


def _point(value: object) -> Point:
    match value:
        case [lon, lat] | [lon, lat, _]:
            return _udeg(lon), _udeg(lat)
    raise GeometryError(GeometryProblem.NOT_A_POLYGON, point=str(value)[:_SHOWN_MAX])


def _udeg(value: object) -> int:
    shown = str(value)[:_SHOWN_MAX]
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise GeometryError(GeometryProblem.NOT_A_POLYGON, coordinate=shown)
    try:
        # `str` of a float is its shortest decimal, which is what stood in the file.
        degrees = Decimal(str(value))
    except InvalidOperation as error:
        raise GeometryError(GeometryProblem.NOT_A_POLYGON, coordinate=shown) from error
    if not degrees.is_finite() or abs(degrees) > _DEGREES_MAX:
        raise GeometryError(GeometryProblem.OUT_OF_REGION, coordinate=shown)
    return int((degrees * UDEG).to_integral_value(ROUND_HALF_EVEN))
