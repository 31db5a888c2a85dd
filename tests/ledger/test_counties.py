"""Baotou's counties: their areas, and which of them a parcel lies in."""

import pytest

from ledger.land.counties import counties, county_of
from ledger.land.geometry import area_m2
from ledger.land.polygon import REGION, GeometryError, GeometryProblem, parse_parcel
from tests.support.geometries import Points, multi_record, parcel, rectangle

AREAS_KM2 = {
    "150202": 466.4,
    "150203": 303.3,
    "150204": 275.5,
    "150205": 780.3,
    "150206": 246.8,
    "150207": 815.2,
    "150221": 2_320.4,
    "150222": 4_879.2,
    "150223": 17_485.7,
}


def square(lon: int, lat: int, side: int = 1_000) -> Points:
    return [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]


def test_areas_are_those_published_for_the_polygons() -> None:
    measured = {county.code: area_m2(county.geometry) / 1e6 for county in counties()}
    assert measured == pytest.approx(AREAS_KM2, abs=0.07)


def test_every_county_has_both_names_and_lies_inside_the_region_with_a_margin() -> None:
    for county in counties():
        assert county.name_zh[-1] in "区县旗"
        assert county.name_en.isascii()
        west, south, east, north = county.geometry.bounds
        assert west - REGION[0] >= 200_000
        assert south - REGION[1] >= 200_000
        assert REGION[2] - east >= 200_000
        assert REGION[3] - north >= 200_000


@pytest.mark.parametrize(
    ("points", "code"),
    [
        pytest.param(rectangle(1_000, 1_000), "150222", id="guyang"),
        pytest.param(square(109_970_000, 41_770_000), "150206", id="exclave-inside-darhan"),
        pytest.param(square(110_430_000, 41_700_000), "150223", id="darhan"),
        pytest.param(square(109_740_000, 40_700_000), "150203", id="kundulun"),
    ],
)
def test_names_the_county(points: Points, code: str) -> None:
    assert county_of(parcel(points)) == code


@pytest.mark.parametrize("code", sorted(AREAS_KM2))
def test_every_county_lies_in_itself(code: str) -> None:
    county = next(county for county in counties() if county.code == code)
    assert county_of(county.geometry) == code


def test_the_larger_share_decides() -> None:
    small_in_guyang, large_in_darhan = rectangle(900, 900), square(110_430_000, 41_700_000)
    both = parse_parcel(multi_record([[small_in_guyang], [large_in_darhan]]))
    assert county_of(both) == "150223"


def test_refuses_a_parcel_beyond_the_counties() -> None:
    with pytest.raises(GeometryError) as caught:
        county_of(parcel(square(109_100_000, 40_100_000)))
    assert caught.value.code is GeometryProblem.OUTSIDE_COUNTIES
