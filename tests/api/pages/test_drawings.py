"""Drawings: the same entry gives the same rings, and the parts of the supply tile their bar."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from api.pages.drawings import BAR_WIDTH, RING_MAX, RINGS, rings, supply_bar
from contracts.values import SUPPLY_NAMES

hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
supplies = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 10**13) for name in SUPPLY_NAMES.values()}
)


@given(leaf_hash=hashes)
def test_rings_lie_inside_their_square_and_grow(leaf_hash: str) -> None:
    drawn = rings(leaf_hash)
    widest = [max(map(abs, map(float, re.findall(r"-?\d+\.\d", ring)))) for ring in drawn]

    assert len(drawn) == RINGS
    assert drawn == rings(leaf_hash)
    assert max(widest) < RING_MAX * 1.04
    assert widest == sorted(widest)


@given(one=hashes, other=hashes)
def test_other_entries_have_other_rings(one: str, other: str) -> None:
    assume(one[: RINGS * 6] != other[: RINGS * 6])
    differing = sum(a != b for a, b in zip(bytes.fromhex(one), bytes.fromhex(other), strict=True))
    assume(differing > 8)

    assert rings(one) != rings(other)


@given(supply=supplies)
def test_the_parts_tile_the_bar(supply: dict[str, int]) -> None:
    parts = supply_bar(supply)

    left = 0
    for part in parts:
        assert part.left == left
        assert part.width >= 1
        assert part.quantity_kg == supply[part.name] > 0
        left += part.width
    assert left == (BAR_WIDTH if any(supply.values()) else 0)


def test_a_small_part_can_be_seen() -> None:
    parts = supply_bar({"held": 10**9, "retired": 1})

    assert [(part.name, part.left, part.width) for part in parts] == [
        ("held", 0, 999),
        ("retired", 999, 1),
    ]
