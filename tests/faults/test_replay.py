"""A thousand random ledgers, and what is broken of them, judged by Python and in the browser."""

from collections.abc import Iterator

import pytest

from tests.support.browser import Chromium
from tests.support.replay_cases import compare

LEDGERS, BROKEN_OF_EACH = 340, 2
ROUNDS, FIRST_SEED = 10, 10_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    opened = Chromium()
    yield opened
    opened.close()


@pytest.mark.faults
def test_both_judge_a_thousand_ledgers_alike(browser: Chromium) -> None:
    tally = compare(browser, range(1_000, 1_000 + LEDGERS), BROKEN_OF_EACH)

    assert tally.differing == []
    assert tally.seen.total() >= 1_000
    assert min(tally.bad[what] for what in tally.seen if what not in ("sound", "cut-off")) > 0
    assert tally.never_bad() == []


@pytest.mark.soak
@pytest.mark.parametrize("number", range(ROUNDS))
def test_both_judge_many_more_ledgers_alike(browser: Chromium, number: int) -> None:
    first = FIRST_SEED + number * LEDGERS
    tally = compare(browser, range(first, first + LEDGERS), BROKEN_OF_EACH)

    assert tally.differing == []
    assert tally.never_bad() == []
