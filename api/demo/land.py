"""The demonstration's parcels: invented polygons well inside 石拐, 固阳 and 土默特右旗.

Two parcels of 固阳 share an edge, and the third overlaps its neighbour by a surveying sliver.
"""

from dataclasses import dataclass
from typing import Final

from contracts.values import Json
from ledger.land.geometry import ParcelGeometry, parse_parcel

Point = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """A parcel before it is registered; `stratum` is where its plots lie."""

    stratum: str
    geometry: ParcelGeometry
    title_share_permille: int
    details: dict[str, Json]


# Sixteen directions, cosine and sine in thousandths, and a radius in per cent: an irregular
# outline without a floating-point number.
_DIRECTIONS: Final = (
    (1000, 0, 100),
    (924, 383, 94),
    (707, 707, 108),
    (383, 924, 97),
    (0, 1000, 88),
    (-383, 924, 103),
    (-707, 707, 112),
    (-924, 383, 95),
    (-1000, 0, 90),
    (-924, -383, 101),
    (-707, -707, 96),
    (-383, -924, 86),
    (0, -1000, 104),
    (383, -924, 110),
    (707, -707, 93),
    (924, -383, 98),
)
_LON_UDEG_PER_M: Final = 11_850
_LAT_UDEG_PER_M: Final = 9_005
"""Thousandths of a micro-degree in a metre at 40.8° north, east and north."""


def _blob(lon: int, lat: int, radius_m: int) -> list[Point]:
    return [
        (
            lon + cosine * share * radius_m * _LON_UDEG_PER_M // 100_000_000,
            lat + sine * share * radius_m * _LAT_UDEG_PER_M // 100_000_000,
        )
        for cosine, sine, share in _DIRECTIONS
    ]


def _geometry(points: list[Point]) -> ParcelGeometry:
    ring: list[Json] = [[lon, lat] for lon, lat in points]
    return parse_parcel({"crs": "EPSG:4490", "polygons": [[ring]]})


def _details(species: str, number: str, category: str) -> dict[str, Json]:
    return {
        "district": "示例片区",
        "dominant_species": species,
        "forest_category": category,
        "forest_chief_level": "township",
        "origin": "人工",
        "ownership": "国有",
        "protection_level": "Ⅲ级",
        "sub_compartment": f"示例-{number}",
    }


_WEST: Final[list[Point]] = [
    (110_104_000, 41_061_500),
    (110_097_200, 41_058_900),
    (110_094_600, 41_052_700),
    (110_096_900, 41_046_300),
    (110_104_600, 41_044_100),
]
_EDGE: Final[list[Point]] = [
    (110_111_300, 41_045_800),
    (110_112_900, 41_050_400),
    (110_111_700, 41_055_900),
    (110_112_400, 41_060_700),
]
_EAST: Final[list[Point]] = [
    (110_119_800, 41_063_000),
    (110_126_400, 41_059_300),
    (110_127_900, 41_052_600),
    (110_125_000, 41_046_900),
    (110_118_100, 41_043_600),
]


def lands() -> tuple[Land, ...]:
    """Return the parcels in the order of their registration."""
    # The surveyor of the third parcel put one point of the common edge 2 µ° (17 cm) too far west.
    moved = [(lon - 2 if index == 1 else lon, lat) for index, (lon, lat) in enumerate(_EDGE)]
    west, east = _WEST + _EDGE, _EAST + moved
    shelter, soil = "防护林-水土保持林", "防护林-防风固沙林"
    return (
        Land(
            stratum="石拐-油松",
            geometry=_geometry(_blob(110_300_000, 40_740_000, 700)),
            title_share_permille=1012,
            details=_details("油松", "0101", shelter),
        ),
        Land(
            stratum="固阳-榆树小叶杨",
            geometry=_geometry(west),
            title_share_permille=1008,
            details=_details("榆树", "0201", soil),
        ),
        Land(
            stratum="固阳-榆树小叶杨",
            geometry=_geometry(east),
            title_share_permille=1004,
            details=_details("小叶杨", "0202", soil),
        ),
        Land(
            stratum="土右-山杨落叶松",
            geometry=_geometry(_blob(110_760_000, 40_700_000, 560)),
            title_share_permille=994,
            details=_details("华北落叶松", "0301", shelter),
        ),
    )
