"""Selection: an amount takes the oldest units, at most 128 ranges, and says what would fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.books import MemoryBooks, age
from contracts.form import Form
from contracts.refusal import RefusalCode, Refused
from contracts.selection import read_units, take
from contracts.values import ISSUE, MOVEMENTS_MAX, Json, Movement, Row

BATCHES = (
    "BT-F-0001-20200101-20201231-01",
    "BT-F-0002-20190101-20191231-01",
    "BT-W-0003-20190101-20191231-02",
)
HOLDER, ELSEWHERE, TARGET = "acct/A", "acct/B", "acct/C"


def books(held: dict[str, list[bool]]) -> MemoryBooks:
    """Books in which each unit of each batch is held (true) or elsewhere."""
    made = MemoryBooks()
    for batch, units in held.items():
        made.apply([Movement(batch, 0, len(units), ISSUE, HOLDER)], [Row(f"batch/{batch}", {})])
        away = [number for number, own in enumerate(units) if not own]
        made.apply([Movement(batch, n, n + 1, HOLDER, ELSEWHERE) for n in away], [])
    return made


holdings = st.fixed_dictionaries(
    {batch: st.lists(st.booleans(), min_size=1, max_size=20) for batch in BATCHES}
)


@given(held=holdings, quantity_kg=st.integers(min_value=1, max_value=60))
def test_takes_the_oldest_units_whatever_their_blocks(
    held: dict[str, list[bool]], quantity_kg: int
) -> None:
    made = books(held)
    own = [
        (batch, number)
        for batch in sorted(held, key=age)
        for number, mine in enumerate(held[batch])
        if mine
    ]
    if quantity_kg > len(own):
        with pytest.raises(Refused) as caught:
            take(made, HOLDER, TARGET, quantity_kg, ())
        assert caught.value.code is RefusalCode.BALANCE_TOO_LOW
        assert caught.value.facts == {"balance_kg": len(own), "quantity_kg": quantity_kg}
        return
    movements = take(made, HOLDER, TARGET, quantity_kg, ())
    taken = [(part.batch, n) for part in movements for n in range(part.first, part.end)]
    assert taken == own[:quantity_kg]
    assert {(part.source, part.target) for part in movements} == {(HOLDER, TARGET)}


@given(
    pieces=st.integers(min_value=1, max_value=140), asked=st.integers(min_value=1, max_value=140)
)
def test_what_is_said_to_fit_fits(pieces: int, asked: int) -> None:
    made = books({BATCHES[0]: [True, False] * pieces})
    if asked > pieces:
        return
    if asked <= MOVEMENTS_MAX:
        assert len(take(made, HOLDER, TARGET, asked, ())) == asked
        return
    with pytest.raises(Refused) as caught:
        take(made, HOLDER, TARGET, asked, ())
    assert caught.value.code is RefusalCode.TOO_MANY_RANGES
    fitting_kg = caught.value.facts["fitting_kg"]
    assert isinstance(fitting_kg, int)
    assert len(take(made, HOLDER, TARGET, fitting_kg, ())) == MOVEMENTS_MAX


@given(held=holdings, first=st.integers(0, 20), length=st.integers(1, 20))
def test_a_named_range_must_be_held_to_the_last_unit(
    held: dict[str, list[bool]], first: int, length: int
) -> None:
    made, units = books(held), held[BATCHES[0]]
    part = Movement(BATCHES[0], first, first + length, "", "")
    whole = first + length <= len(units) and all(units[first : first + length])
    if whole:
        (movement,) = take(made, HOLDER, TARGET, None, [part])
        assert movement == Movement(BATCHES[0], first, first + length, HOLDER, TARGET)
        return
    with pytest.raises(Refused) as caught:
        take(made, HOLDER, TARGET, None, [part])
    assert caught.value.code is RefusalCode.UNITS_NOT_HELD


def test_ranges_are_sorted_by_batch_and_joined() -> None:
    listed: list[Json] = [
        {"batch": BATCHES[2], "end": 9, "first": 7},
        {"batch": BATCHES[0], "end": 3, "first": 2},
        {"batch": BATCHES[0], "end": 2, "first": 0},
    ]
    quantity_kg, ranges = read_units(Form({"ranges": listed}))
    assert quantity_kg is None
    assert ranges == (
        Movement(BATCHES[0], 0, 3, "", ""),
        Movement(BATCHES[2], 7, 9, "", ""),
    )
