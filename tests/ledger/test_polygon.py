"""Parcel polygons: what a record may hold, its normal form, and the GeoJSON drafting edge."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Json
from ledger.land.geojson import from_geojson
from ledger.land.polygon import (
    VERTICES_MAX,
    GeometryError,
    GeometryProblem,
    parse_parcel,
    read_record,
    record_bytes,
    record_of,
)
from ledger.log.canonical import canonical
from tests.support.geometries import (
    LAT,
    LON,
    Points,
    multi_record,
    parcel,
    record,
    rectangle,
    stars,
)

FIELD = rectangle(1_000, 1_000)
HOLE = rectangle(200, 200, east=300, north=300)


def geojson(ring: list[list[object]], **members: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [ring], **members}


def in_degrees(points: Points) -> list[list[object]]:
    return [[Decimal(lon) / 10**6, Decimal(lat) / 10**6] for lon, lat in points]


@given(star=stars(), start=st.integers(0, 8), backwards=st.booleans())
def test_start_and_direction_of_a_ring_do_not_matter(
    star: Points, start: int, backwards: bool
) -> None:
    turned = star[start % len(star) :] + star[: start % len(star)]
    assert parcel(turned[::-1] if backwards else turned) == parcel(star)


@given(star=stars())
def test_record_is_read_back_as_the_same_geometry_and_the_same_bytes(star: Points) -> None:
    geometry = parcel(star)
    data = record_bytes(geometry)
    assert read_record(data) == geometry
    assert record_bytes(read_record(data)) == data
    assert data == canonical(record_of(geometry))


@given(star=stars())
def test_geojson_in_decimals_and_in_floats_gives_the_same_geometry(star: Points) -> None:
    exact = in_degrees([*star, star[0]])
    floats = json.loads(json.dumps(geojson([[float(str(x)) for x in point] for point in exact])))
    assert from_geojson(geojson(exact)) == from_geojson(floats) == parcel(star)


def test_normal_form_has_outer_rings_counter_clockwise_and_holes_clockwise() -> None:
    geometry = parse_parcel(record(FIELD[::-1], HOLE))
    outer, hole = geometry.polygons[0]
    assert outer == tuple(FIELD)
    assert hole == (HOLE[0], HOLE[3], HOLE[2], HOLE[1])


def test_order_of_parts_and_holes_does_not_matter() -> None:
    other = rectangle(100, 100, east=5_000)
    second = rectangle(50, 50, east=700, north=700)
    one = parse_parcel(multi_record([[FIELD, HOLE, second], [other]]))
    assert one == parse_parcel(multi_record([[other], [FIELD, second, HOLE]]))
    assert one.bounds == (LON, LAT, LON + 5_100, LAT + 1_000)
    assert one.vertex_count == 16


def test_degrees_are_rounded_half_even_and_fallen_points_dropped() -> None:
    ring: list[list[object]] = [
        ["110.1200005", "40.9800015", 1204.5],
        ["110.1200005", "40.98000151"],
        ["110.121", "40.98"],
        ["110.121", "40.981"],
        ["110.1200005", "40.9800015"],
    ]
    outer = from_geojson(geojson(ring)).polygons[0][0]
    assert outer == ((LON, LAT + 2), (LON + 1_000, LAT), (LON + 1_000, LAT + 1_000))


def test_reads_a_feature_with_several_polygons_that_names_its_datum() -> None:
    parts = [[in_degrees([*FIELD, FIELD[0]])], [in_degrees(rectangle(9, 99, east=2_000))]]
    feature = {
        "type": "Feature",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        "geometry": {"type": "MultiPolygon", "coordinates": parts},
    }
    assert len(from_geojson(feature).polygons) == 2


SWAPPED = [(lat, lon) for lon, lat in FIELD]
BOW_TIE = [FIELD[0], FIELD[2], FIELD[1], FIELD[3]]
EIGHT = [(LON, LAT), (LON + 500, LAT + 500), (LON, LAT + 1_000), (LON + 900, LAT + 100)]
SPIKE = [*FIELD, (LON, LAT + 2_000)]
COMB = [(LON + index, LAT + index % 2 * 900) for index in range(VERTICES_MAX)]
MANY = [*COMB, (LON + VERTICES_MAX, LAT - 100)]
FLOATS = multi_record([[[(1.5, 2)]]])  # type: ignore[list-item]  # the point of the case


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        pytest.param([], GeometryProblem.NOT_A_POLYGON, id="no-object"),
        pytest.param({"crs": "EPSG:4490"}, GeometryProblem.NOT_A_POLYGON, id="no-polygons"),
        pytest.param({**record(FIELD), "x": 1}, GeometryProblem.NOT_A_POLYGON, id="extra-member"),
        pytest.param(multi_record([]), GeometryProblem.NOT_A_POLYGON, id="empty"),
        pytest.param(multi_record([[]]), GeometryProblem.NOT_A_POLYGON, id="no-ring"),
        pytest.param(FLOATS, GeometryProblem.NOT_A_POLYGON, id="float"),
        pytest.param(record([(True, False)]), GeometryProblem.NOT_A_POLYGON, id="boolean"),
        pytest.param({**record(FIELD), "crs": "GCJ-02"}, GeometryProblem.WRONG_CRS, id="datum"),
        pytest.param(record(MANY), GeometryProblem.TOO_MANY_VERTICES, id="5001-vertices"),
        pytest.param(record(FIELD[:2]), GeometryProblem.TOO_FEW_POINTS, id="two-points"),
        pytest.param(record(FIELD, HOLE[:2]), GeometryProblem.TOO_FEW_POINTS, id="flat-hole"),
        pytest.param(record(SWAPPED), GeometryProblem.AXES_SWAPPED, id="swapped"),
        pytest.param(record([*FIELD, (0, 0)]), GeometryProblem.OUT_OF_REGION, id="elsewhere"),
        pytest.param(record([*FIELD, FIELD[0]]), GeometryProblem.REPEATED_POINT, id="closed"),
        pytest.param(record([*FIELD, FIELD[1]]), GeometryProblem.REPEATED_POINT, id="twice"),
        pytest.param(record(BOW_TIE), GeometryProblem.CROSSES_ITSELF, id="bow-tie"),
        pytest.param(record(EIGHT), GeometryProblem.CROSSES_ITSELF, id="unequal-bow-tie"),
        pytest.param(record(SPIKE), GeometryProblem.CROSSES_ITSELF, id="spike"),
        pytest.param(record(HOLE, FIELD), GeometryProblem.CROSSES_ITSELF, id="hole-outside"),
        pytest.param(
            multi_record([[FIELD], [HOLE]]), GeometryProblem.CROSSES_ITSELF, id="part-in-part"
        ),
        pytest.param(
            record([(LON, LAT), (LON + 1, LAT + 1), (LON + 2, LAT + 2)]),
            GeometryProblem.NO_AREA,
            id="line",
        ),
        pytest.param(record(rectangle(10, 10)), GeometryProblem.NO_AREA, id="0.9-m2"),
    ],
)
def test_refuses_a_record(bad: Json, code: GeometryProblem) -> None:
    with pytest.raises(GeometryError) as caught:
        parse_parcel(bad)
    assert caught.value.code is code
    assert code.value in str(caught.value)


RING = in_degrees(FIELD)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        pytest.param(None, GeometryProblem.NOT_A_POLYGON, id="nothing"),
        pytest.param({"type": "Point"}, GeometryProblem.NOT_A_POLYGON, id="point"),
        pytest.param({"type": "Feature"}, GeometryProblem.NOT_A_POLYGON, id="empty-feature"),
        pytest.param({"type": "Polygon"}, GeometryProblem.NOT_A_POLYGON, id="no-coordinates"),
        pytest.param(geojson([["110"]]), GeometryProblem.NOT_A_POLYGON, id="one-coordinate"),
        pytest.param(geojson([["110,1", 40]]), GeometryProblem.NOT_A_POLYGON, id="comma"),
        pytest.param(geojson([[None, 40]]), GeometryProblem.NOT_A_POLYGON, id="null"),
        pytest.param(geojson([["NaN", 40]]), GeometryProblem.OUT_OF_REGION, id="nan"),
        pytest.param(geojson([["1e999999", 40]]), GeometryProblem.OUT_OF_REGION, id="huge"),
        pytest.param(
            geojson([[12_258_600.5, 5_011_300.25]]), GeometryProblem.OUT_OF_REGION, id="metres"
        ),
        pytest.param(geojson(RING, crs={}), GeometryProblem.WRONG_CRS, id="unnamed-datum"),
        pytest.param(
            geojson(RING, crs={"properties": {"name": "EPSG:3857"}}),
            GeometryProblem.WRONG_CRS,
            id="web-mercator",
        ),
    ],
)
def test_refuses_geojson(bad: object, code: GeometryProblem) -> None:
    with pytest.raises(GeometryError) as caught:
        from_geojson(bad)
    assert caught.value.code is code


def test_takes_as_many_vertices_as_allowed_and_a_square_metre() -> None:
    comb = [*COMB[:-1], (LON + VERTICES_MAX, LAT - 100)]
    assert parse_parcel(record(comb)).vertex_count == VERTICES_MAX
    assert len(record_bytes(parse_parcel(record(comb)))) < 120_000
    assert parse_parcel(record(rectangle(12, 12))).vertex_count == 4


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"crs":"EPSG:4490","crs":"EPSG:4490","polygons":[]}', id="duplicate-key"),
        pytest.param(b'{"crs":"EPSG:4490","polygons":[[[[110.5,40.1]]]]}', id="float"),
        pytest.param(b" " * 200_001, id="too-long"),
    ],
)
def test_refuses_bytes(data: bytes) -> None:
    with pytest.raises(GeometryError) as caught:
        read_record(data)
    assert caught.value.code is GeometryProblem.NOT_A_POLYGON
