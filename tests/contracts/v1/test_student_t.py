"""The t table: right where it can be computed, and never too narrow in between."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.v1.student_t import t_quantile


def _probability_below(t: float, df: int) -> float:
    """Student's distribution function by Simpson's rule over its density from 0 to t."""
    steps = 2000
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    width = t / steps
    heights = [(1 + (k * width) ** 2 / df) ** (-(df + 1) / 2) for k in range(steps + 1)]
    total = heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])
    return 0.5 + scale * total * width / 3


@pytest.mark.parametrize("df", [*range(1, 31), 40, 60, 120])
def test_leaves_five_per_cent_above(df: int) -> None:
    assert _probability_below(float(t_quantile(df)), df) == pytest.approx(0.95, abs=0.00006)


def test_agrees_with_the_closed_forms_of_one_and_two_degrees_of_freedom() -> None:
    assert float(t_quantile(1)) == pytest.approx(math.tan(math.pi * 0.45), abs=0.0005)
    assert float(t_quantile(2)) == pytest.approx(0.9 * math.sqrt(2 / (4 * 0.95 * 0.05)), abs=0.0005)


@given(df=st.integers(1, 10_000))
def test_never_grows_with_more_plots(df: int) -> None:
    assert t_quantile(df + 1) <= t_quantile(df)
    assert t_quantile(df) > Decimal("1.645")


@pytest.mark.parametrize(
    ("df", "value"),
    [
        pytest.param(39, "1.697", id="row-of-30"),
        pytest.param(59, "1.684", id="row-of-40"),
        pytest.param(119, "1.671", id="row-of-60"),
        pytest.param(100_000, "1.658", id="row-of-120"),
    ],
)
def test_takes_the_row_of_fewer_degrees_of_freedom_in_between(df: int, value: str) -> None:
    assert t_quantile(df) == Decimal(value)


def test_refuses_no_degrees_of_freedom() -> None:
    with pytest.raises(ValueError, match="start at 1"):
        t_quantile(0)
