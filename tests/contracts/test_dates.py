"""Beijing dates: midnight, leap days, and a year that is a date and not 365 days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.dates import (
    date_at,
    end_of_day_us,
    same_date_next_year,
    years_after,
    years_before,
)

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))


def us(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(datetime(2026, 10, 8, 15, 59, 59, 999_999, UTC), date(2026, 10, 8), id="last"),
        pytest.param(datetime(2026, 10, 8, 16, tzinfo=UTC), date(2026, 10, 9), id="midnight"),
        pytest.param(datetime(2026, 12, 31, 16, tzinfo=UTC), date(2027, 1, 1), id="new-year"),
        pytest.param(datetime(1988, 7, 1, 15, 30, tzinfo=UTC), date(1988, 7, 1), id="no-dst"),
    ],
)
def test_a_day_begins_at_midnight_in_beijing(moment: datetime, day: date) -> None:
    assert date_at(us(moment)) == day


@given(day=days)
def test_the_end_of_a_day_is_the_first_instant_of_the_next(day: date) -> None:
    assert date_at(end_of_day_us(day) - 1) == day
    assert date_at(end_of_day_us(day)) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "later"),
    [
        pytest.param(date(2026, 10, 22), date(2027, 10, 22), id="plain"),
        pytest.param(date(2027, 10, 22), date(2028, 10, 22), id="over-a-leap-day"),
        pytest.param(date(2028, 2, 29), date(2029, 2, 28), id="from-a-leap-day"),
        pytest.param(date(2027, 2, 28), date(2028, 2, 28), id="into-a-leap-year"),
    ],
)
def test_the_same_date_next_year(day: date, later: date) -> None:
    assert same_date_next_year(day) == later


@given(day=days, years=st.integers(min_value=0, max_value=100))
def test_years_there_and_back(day: date, years: int) -> None:
    there = years_after(day, years)
    assert there.year == day.year + years
    back = years_before(there, years)
    assert back == day or (day.month, day.day, back.day) == (2, 29, 28)


@given(one=days, other=days)
def test_years_keep_the_order_of_days(one: date, other: date) -> None:
    if one <= other:
        assert same_date_next_year(one) <= same_date_next_year(other)
