"""`geometry.publish`: the outline that the public may see."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_steps import FARM_ID, ISSUER
from tests.support.refusing import Spoil, acting_as, changing, code_of, refusal, signed_by
from tests.support.scenario import before

CORNERS: list[Json] = [
    {"lat": 40_980_000, "lon": 110_120_000},
    {"lat": 40_980_000, "lon": 110_140_000},
    {"lat": 40_990_000, "lon": 110_140_000},
]


def rings(*points: Json) -> Spoil:
    return changing(rings=[{"points": [*points]}])


def test_publishes_rings_of_longitude_and_latitude() -> None:
    world, step = before("geometry.publish")
    (row,) = world.do(step).rows
    assert row.key == "outline/000000BB"
    assert row.value["rings"][0][0] == [110_120_000, 40_980_000]
    assert row.value["published_seq"] == step.seq


def test_a_later_outline_replaces_the_earlier_one() -> None:
    world, step = before("geometry.publish")
    world.do(step)
    world.do(rings(*CORNERS)(world, step))
    outline = world.books.rows["outline/000000BB"]["rings"]
    assert outline == [
        [[110_120_000, 40_980_000], [110_140_000, 40_980_000], [110_140_000, 40_990_000]]
    ]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(rings=[]), RefusalCode.TOO_MANY_ITEMS, id="no-ring"),
        pytest.param(rings(*CORNERS[:2]), RefusalCode.TOO_MANY_ITEMS, id="two-points"),
        pytest.param(
            rings(*CORNERS[:2], {"lat": 110_120_000, "lon": 40_980_000}),
            RefusalCode.FIELD_RANGE,
            id="axes-swapped",
        ),
        pytest.param(changing(reason=...), RefusalCode.FIELD_MISSING, id="no-reason"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="owner-acts"),
        pytest.param(signed_by(ISSUER.key), RefusalCode.SIGNATURE_MISSING, id="issuer-signs"),
        pytest.param(changing(parcel="0000ZZZZ"), RefusalCode.PARCEL_UNKNOWN, id="no-parcel"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("geometry.publish", spoil) is code


def test_an_outline_that_fits_no_entry_is_refused() -> None:
    world, step = before("geometry.publish")
    asked = world.changed(step, rings=[{"points": CORNERS * 133}] * 3)
    assert refusal(world, asked).code is RefusalCode.TOO_LARGE
