"""Invariants: each violation that a faulty rule could produce is noticed."""

import pytest

from contracts.books import MemoryBooks
from contracts.invariants import InvariantError, check_outcome, supply_changes
from contracts.values import ISSUE, Movement, Outcome, Row
from tests.support.unit_bodies import BATCH

ROW = Row("acct/A", {})


def books() -> MemoryBooks:
    made = MemoryBooks()
    made.apply(
        [
            Movement(BATCH, 0, 10, ISSUE, "buffer/forest"),
            Movement(BATCH, 10, 90, ISSUE, "acct/A"),
            Movement(BATCH, 90, 100, ISSUE, "retired/7"),
        ],
        [],
    )
    return made


def moving(first: int, end: int, source: str = "acct/A", target: str = "acct/B") -> Movement:
    return Movement(BATCH, first, end, source, target)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        pytest.param(
            Outcome(movements=tuple(moving(n, n + 1) for n in range(10, 139))),
            "too many",
            id="129-movements",
        ),
        pytest.param(
            Outcome(rows=(Row("b", {}), Row("a", {}))), "not sorted", id="rows-out-of-order"
        ),
        pytest.param(Outcome(rows=(ROW, ROW)), "stands twice", id="a-row-twice"),
        pytest.param(Outcome(movements=(moving(20, 20),)), "empty", id="empty-movement"),
        pytest.param(Outcome(movements=(moving(30, 20),)), "empty", id="reversed-movement"),
        pytest.param(Outcome(movements=(moving(-1, 20),)), "empty", id="negative-number"),
        pytest.param(
            Outcome(movements=(moving(90, 95, "retired/7"),)), "terminal", id="out-of-retired"
        ),
        pytest.param(
            Outcome(movements=(moving(90, 95, "cancelled/7"),)), "terminal", id="out-of-cancelled"
        ),
        pytest.param(Outcome(movements=(moving(10, 20, "moon/1"),)), "unknown", id="from-nowhere"),
        pytest.param(
            Outcome(movements=(moving(10, 20, target="moon/1"),)), "unknown", id="to-nowhere"
        ),
        pytest.param(
            Outcome(movements=(moving(10, 20, target=ISSUE),)), "unknown", id="back-to-issue"
        ),
        pytest.param(
            Outcome(movements=(moving(10, 20, target="acct/A"),)), "nowhere", id="to-where-it-is"
        ),
        pytest.param(
            Outcome(movements=(moving(5, 20),)), "not in its source", id="half-of-it-elsewhere"
        ),
        pytest.param(
            Outcome(movements=(moving(80, 101),)), "not in its source", id="beyond-the-batch"
        ),
        pytest.param(
            Outcome(movements=(moving(10, 20), moving(19, 30, target="acct/C"))),
            "twice",
            id="a-unit-moved-twice",
        ),
        pytest.param(
            Outcome(movements=(moving(50, 120, ISSUE),)), "units that exist", id="issued-again"
        ),
        pytest.param(
            Outcome(movements=(moving(100, 120, ISSUE), moving(110, 130, ISSUE))),
            "twice",
            id="issued-twice-at-once",
        ),
    ],
)
def test_notices(outcome: Outcome, sentence: str) -> None:
    with pytest.raises(InvariantError, match=sentence):
        check_outcome(books(), outcome)


def test_lets_a_sound_outcome_pass() -> None:
    movements = (moving(10, 20), moving(20, 30, target="acct/C"), moving(100, 120, ISSUE))
    check_outcome(books(), Outcome(movements=movements, rows=(ROW, Row("acct/B", {}))))


def test_supply_changes_name_both_sides() -> None:
    changes = supply_changes([moving(100, 120, ISSUE), moving(10, 15, target="retired/9")])
    assert changes == {
        (BATCH, "gross"): 20,
        (BATCH, "held"): 15,
        (BATCH, "retired"): 5,
    }
