"""`parcel.register`: what is credited, which slivers pass, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1.parcel_register import sliver_limit_m2
from contracts.values import Json
from tests.support.main_bodies import AREA_M2
from tests.support.main_steps import FARM_CLERK, FARM_HEAD, FARM_ID, officers
from tests.support.people import hex_digest
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    again,
    changing,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before
from tests.support.world import Step, World

NEIGHBOUR = "000000BB"


def second() -> tuple[World, Step]:
    """The main job's second parcel, when the first is registered."""
    return before("parcel.register", nth=1)


def overlap(area_m2: int, parcel: str = NEIGHBOUR) -> Json:
    return [{"area_m2": area_m2, "parcel": parcel}]


def test_registers_the_parcel_under_its_commitment() -> None:
    world, step = before("parcel.register")
    parcel, polygon = world.do(step).rows
    assert parcel.key == f"parcel/{NEIGHBOUR}"
    assert parcel.value["credited_area_m2"] == AREA_M2
    assert (parcel.value["track"], parcel.value["locks"]) == (None, [])
    assert (parcel.value["projects"], parcel.value["local_issued"]) == ([], False)
    assert parcel.value["details"]["sub_compartment"] == "示例-001"
    assert parcel.value["details"]["ownership"] is None
    assert polygon.key == f"polygon/{step.body['commitment']}"
    assert polygon.value == {"parcel": NEIGHBOUR}


def test_a_sliver_is_deducted_from_the_later_parcel_as_in_the_worked_example() -> None:
    world, step = second()
    sized = {"stated_area_m2": 100_000, "title_area_m2": 101_000}
    outcome = world.fork().do(world.changed(step, overlaps=overlap(3), **sized))
    assert outcome.rows[0].value["credited_area_m2"] == 99_997
    world.fork().do(world.changed(step, overlaps=overlap(10), **sized))
    refused = refusal(world, world.changed(step, overlaps=overlap(11), **sized))
    assert refused.code is RefusalCode.OVERLAP_TOO_LARGE
    assert refused.facts == {"limit_m2": 10, "overlap_m2": 11, "parcel": NEIGHBOUR}


@given(
    stated_m2=st.integers(min_value=1, max_value=10**7),
    title_m2=st.integers(min_value=1, max_value=10**7),
    sliver_m2=st.integers(min_value=1, max_value=1000),
)
def test_never_credits_more_than_title_or_net_area(
    stated_m2: int, title_m2: int, sliver_m2: int
) -> None:
    world, step = second()
    asked = world.changed(
        step,
        overlaps=overlap(sliver_m2),
        stated_area_m2=stated_m2,
        title_area_m2=title_m2,
    )
    if sliver_m2 > max(1, stated_m2 // 10_000):
        assert refusal(world, asked).code is RefusalCode.OVERLAP_TOO_LARGE
    elif stated_m2 == sliver_m2:
        assert refusal(world, asked).code is RefusalCode.NET_AREA_ZERO
    else:
        credited = world.do(asked).rows[0].value["credited_area_m2"]
        assert credited == min(stated_m2 - sliver_m2, title_m2)


@pytest.mark.parametrize(
    ("area_m2", "limit_m2"),
    [
        pytest.param(1, 1, id="a-square-metre"),
        pytest.param(19_999, 1, id="two-hectares-less-one"),
        pytest.param(20_000, 2, id="two-hectares"),
    ],
)
def test_the_sliver_limit(area_m2: int, limit_m2: int) -> None:
    assert sliver_limit_m2(area_m2) == limit_m2


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(county="150100"), RefusalCode.CHOICE_UNKNOWN, id="not-baotou"),
        pytest.param(changing(ecosystem="X"), RefusalCode.CHOICE_UNKNOWN, id="ecosystem"),
        pytest.param(changing(stated_area_m2=0), RefusalCode.FIELD_RANGE, id="no-area"),
        pytest.param(
            changing(forest_chief_level="国家"), RefusalCode.CHOICE_UNKNOWN, id="chief-level"
        ),
        pytest.param(changing(owner_name="x"), RefusalCode.FIELD_UNKNOWN, id="unknown-field"),
        pytest.param(
            changing(overlaps=[*overlap(1), *overlap(1)]),
            RefusalCode.DUPLICATE_ITEM,
            id="neighbour-twice",
        ),
        pytest.param(changing(overlaps=overlap(0)), RefusalCode.FIELD_RANGE, id="shared-edge"),
        pytest.param(
            signed_by(*officers(FARM_CLERK, FARM_HEAD)),
            RefusalCode.SIGNATURE_MISSING,
            id="not-countersigned",
        ),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            after_row(f"acct/{FARM_ID}", type="validator"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-holder",
        ),
        pytest.param(again, RefusalCode.PARCEL_ALREADY_KNOWN, id="the-same-twice"),
        pytest.param(
            changing(overlaps=overlap(1, "0000ZZZZ")), RefusalCode.PARCEL_UNKNOWN, id="neighbour"
        ),
        pytest.param(
            changing(overlaps=overlap(187)), RefusalCode.OVERLAP_TOO_LARGE, id="over-0.01-per-cent"
        ),
        pytest.param(
            changing(overlaps=overlap(1), stated_area_m2=1),
            RefusalCode.NET_AREA_ZERO,
            id="nothing-left",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("parcel.register", spoil, nth=1) is code


def test_another_commitment_is_another_parcel_to_the_rule() -> None:
    world, step = before("parcel.register")
    world.do(step)
    world.do(world.changed(step, commitment=hex_digest("another salt")))
