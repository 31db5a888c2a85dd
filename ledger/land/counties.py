"""Baotou's nine counties, and which of them a parcel lies in.

Source of the polygons: 天地图 (Tianditu) 2024, see `geo_data/SOURCE.md`. The lines are
generalised: good for "which district", never for parcel law. 稀土高新区 is no county of its own.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

import numpy as np
import shapely

from ledger.land.geodesy import Shapes
from ledger.land.geojson import from_geojson
from ledger.land.polygon import GeometryError, GeometryProblem, ParcelGeometry, shape_of


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """One 区, 县 or 旗 by its GB/T 2260 code."""

    code: str
    name_zh: str
    name_en: str
    geometry: ParcelGeometry


@lru_cache(maxsize=1)
def counties() -> tuple[County, ...]:
    """Return the nine counties in the order of their codes."""
    text = (files("ledger.land") / "geo_data" / "baotou_counties.geojson").read_text(
        encoding="utf-8"
    )
    features = json.loads(text, parse_float=Decimal)["features"]
    return tuple(
        County(
            code=feature["id"],
            name_zh=feature["properties"]["name_zh"],
            name_en=feature["properties"]["name_en"],
            geometry=from_geojson(feature),
        )
        for feature in sorted(features, key=lambda feature: str(feature["id"]))
    )


def county_of(geometry: ParcelGeometry) -> str:
    """Return the code of the county that contains the largest share of a polygon.

    Of equal shares the lower code wins. Shares are compared in square degrees: within one parcel
    a square degree is the same everywhere to far less than the lines are worth.

    Raises:
        GeometryError: `OUTSIDE_COUNTIES`, if it lies in none.
    """
    shares = shapely.area(shapely.intersection(_county_shapes(), shape_of(geometry)))
    largest = int(np.argmax(shares))
    if shares[largest] == 0:
        raise GeometryError(GeometryProblem.OUTSIDE_COUNTIES)
    return counties()[largest].code


@lru_cache(maxsize=1)
def _county_shapes() -> Shapes:
    return np.array([shape_of(county.geometry) for county in counties()], dtype=object)
