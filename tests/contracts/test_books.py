"""Books in memory against the simplest thing that could be right: a list of units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.books import Block, BlocksError, MemoryBooks, age, join
from contracts.invariants import InvariantError, check_outcome, supply_changes
from contracts.values import ISSUE, SUPPLY_NAMES, Movement, Outcome, Row, place_kind

YOUNG = "BT-F-0001-20200101-20201231-01"
OLD = "BT-F-0002-20190101-20191231-01"
PLACES = ("acct/A", "acct/B", "buffer/forest", "frozen/1", "retired/2", "cancelled/3")
SIZE = 40

batches = st.sampled_from([YOUNG, OLD])
places = st.sampled_from(PLACES)
numbers = st.integers(min_value=0, max_value=SIZE)


class BooksMachine(RuleBasedStateMachine):
    """Random movements, posted only if the invariants allow them; both sides must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.books = MemoryBooks()
        self.units: dict[str, list[str]] = {}
        self.supply: dict[tuple[str, str], int] = {}

    @initialize(cut=st.integers(min_value=1, max_value=SIZE - 1))
    def issue(self, cut: int) -> None:
        for batch in (YOUNG, OLD):
            self.post(Movement(batch, 0, cut, ISSUE, "buffer/forest"))
            self.post(Movement(batch, cut, SIZE, ISSUE, "acct/A"))
            self.units[batch] = ["buffer/forest"] * cut + ["acct/A"] * (SIZE - cut)

    @rule(batch=batches, one=numbers, other=numbers, here=places, there=places)
    def move(self, batch: str, one: int, other: int, here: str, there: str) -> None:
        first, end = sorted((one, other))
        movement = Movement(batch, first, end, here, there)
        units = self.units[batch]
        allowed = (
            first < end
            and all(place == here for place in units[first:end])
            and here != there
            and place_kind(here) not in ("retired", "cancelled")
        )
        try:
            check_outcome(self.books, Outcome(movements=(movement,)))
        except InvariantError:
            assert not allowed
            return
        assert allowed
        self.post(movement)
        units[first:end] = [there] * (end - first)

    def post(self, movement: Movement) -> None:
        self.books.apply([movement], [])
        for key, change in supply_changes([movement]).items():
            self.supply[key] = self.supply.get(key, 0) + change

    @invariant()
    def blocks_say_where_every_unit_is(self) -> None:
        for batch, units in self.units.items():
            blocks = self.books.blocks(batch, 0, SIZE)
            assert [block.place for block in blocks for _ in range(block.quantity_kg)] == units
            assert list(blocks) == list(join(blocks))

    @invariant()
    def holdings_are_the_oldest_first(self) -> None:
        for place in PLACES:
            held = self.books.holdings(place, 2 * SIZE)
            expected = [
                (batch, number)
                for batch in sorted(self.units, key=age)
                for number, at in enumerate(self.units[batch])
                if at == place
            ]
            listed = [
                (block.batch, number) for block in held for number in range(block.first, block.end)
            ]
            assert listed == expected

    @invariant()
    def the_supply_identity_holds(self) -> None:
        for batch, units in self.units.items():
            for kind, name in SUPPLY_NAMES.items():
                held = sum(place_kind(place) == kind for place in units)
                assert self.supply.get((batch, name), 0) == held
            assert self.supply[batch, "gross"] == len(units)


TestBooks = BooksMachine.TestCase


def books() -> MemoryBooks:
    made = MemoryBooks()
    made.apply([Movement(OLD, 0, 10, ISSUE, "acct/A"), Movement(YOUNG, 0, 10, ISSUE, "acct/A")], [])
    return made


def test_holdings_stop_as_soon_as_they_suffice() -> None:
    assert books().holdings("acct/A", 10) == (Block(OLD, 0, 10, "acct/A"),)
    assert len(books().holdings("acct/A", 11)) == 2
    assert books().holdings("acct/A", 0) == ()


def test_age_is_the_start_of_the_monitoring_period_then_the_id() -> None:
    earlier, same = "BT-W-0009-20180101-20251231-01", "BT-G-0002-20190101-20191231-01"
    assert sorted([YOUNG, OLD, earlier, same], key=age) == [earlier, OLD, same, YOUNG]


@pytest.mark.parametrize(
    "movement",
    [
        pytest.param(Movement(OLD, 0, 5, "acct/B", "acct/A"), id="from-the-wrong-place"),
        pytest.param(Movement(OLD, 5, 11, "acct/A", "acct/B"), id="beyond-the-end"),
        pytest.param(Movement(OLD, 5, 15, ISSUE, "acct/A"), id="issued-twice"),
    ],
)
def test_a_movement_that_does_not_fit_changes_nothing(movement: Movement) -> None:
    made = books()
    with pytest.raises(BlocksError):
        made.apply([movement], [])
    assert list(made.all_blocks()) == list(books().all_blocks())


def test_neighbours_in_one_place_are_joined_again() -> None:
    made = books()
    made.apply([Movement(OLD, 3, 6, "acct/A", "acct/B")], [])
    assert len(made.blocks(OLD, 0, 10)) == 3
    made.apply([Movement(OLD, 3, 6, "acct/B", "acct/A")], [])
    assert made.blocks(OLD, 0, 10) == (Block(OLD, 0, 10, "acct/A"),)


@given(first=st.integers(0, 10), length=st.integers(1, 10))
def test_blocks_are_those_that_touch_the_range(first: int, length: int) -> None:
    made = books()
    made.apply([Movement(OLD, 3, 6, "acct/A", "acct/B")], [])
    found = made.blocks(OLD, first, first + length)
    expected = [
        block
        for block in made.all_blocks()
        if block.batch == OLD and block.first < first + length and block.end > first
    ]
    assert list(found) == expected


def test_rows_are_whole_values() -> None:
    made = MemoryBooks()
    made.apply([], [Row("registry", {"a": 1, "b": 2})])
    made.apply([], [Row("registry", {"a": 3})])
    assert made.row("registry") == {"a": 3}
    assert made.row("nothing") is None
