"""Calendar dates in Beijing time (UTC+8, no summer time), as the rules and papers use them."""

from datetime import date, datetime, timedelta, timezone
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8))
DAY_US: Final = 86_400 * 1_000_000


def date_at(at_us: int) -> date:
    """Return the Beijing date of a log time (microseconds since 1970-01-01T00:00:00Z)."""
    return (datetime(1970, 1, 1, 8, tzinfo=BEIJING) + timedelta(microseconds=at_us)).date()


def end_of_day_us(day: date) -> int:
    """Return the log time of 24:00 Beijing time on `day`; it is the first instant after."""
    days = (day - date(1970, 1, 1)).days + 1
    return days * DAY_US - 8 * 3600 * 1_000_000


def same_date_next_year(day: date) -> date:
    """Return the same date one year on; 29 February becomes 28 February.

    A deadline is a calendar date, not 365 days (corrections to MEE notice 2019 no. 19).
    """
    return years_after(day, 1)


def years_before(day: date, years: int) -> date:
    """Return the same date `years` earlier; 29 February becomes 28 February."""
    return years_after(day, -years)


def years_after(day: date, years: int) -> date:
    """Return the same date `years` later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
