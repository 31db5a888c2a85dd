"""`report.submit`: one period follows the other, and no reportable day is left out."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode, Refused
from contracts.v1.report_submit import check_follows

TODAY = date(2026, 10, 8)
OLDEST = date(2021, 10, 8)
"""The first day that a report sent today may cover."""

DAYS = st.dates(min_value=date(2019, 1, 1), max_value=TODAY)


def refused_as(last: date | None, start: date) -> Refused | None:
    """Return the refusal of a period that begins on `start`, or nothing."""
    try:
        check_follows({"last_period_end": last.isoformat() if last else None}, start, TODAY)
    except Refused as refused:
        return refused
    return None


@given(last=DAYS, start=DAYS)
def test_every_day_that_can_still_be_reported_is_in_one_period(last: date, start: date) -> None:
    missing = {last + timedelta(days=day) for day in range(1, (start - last).days)}
    follows = last < start and all(day < OLDEST for day in missing)
    assert (refused_as(last, start) is None) == follows


@given(last=DAYS, start=DAYS)
def test_a_refusal_says_when_the_next_period_begins(last: date, start: date) -> None:
    refused = refused_as(last, start)
    if refused is not None:
        assert refused.code is RefusalCode.MONITORING_PERIOD_WRONG
        expected = date.fromisoformat(str(refused.facts["expected_start"]))
        assert refused_as(last, expected) is None
        assert expected >= OLDEST


@given(start=DAYS)
def test_the_first_report_may_begin_on_any_day(start: date) -> None:
    assert refused_as(None, start) is None
