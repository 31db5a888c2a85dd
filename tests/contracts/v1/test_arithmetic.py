"""The fixed decimal context: the same digits whatever the caller had set."""

from decimal import Decimal, FloatOperation, InvalidOperation, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.v1.arithmetic import (
    ceil_division,
    ceil_integer,
    fixed_context,
    floor_integer,
    is_plain,
    power,
)
from tests.support.series import exp, ln

decimals = st.decimals(
    min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6
)


@given(value=decimals)
def test_rounds_to_the_whole_numbers_on_both_sides(value: Decimal) -> None:
    low, high = floor_integer(value), ceil_integer(value)
    assert low <= value <= high
    assert high - low == (0 if value == value.to_integral_value() else 1)


@given(dividend=st.integers(-(10**18), 10**18), divisor=st.integers(1, 10**9))
def test_divides_upwards(dividend: int, divisor: int) -> None:
    quotient = ceil_division(dividend, divisor)
    assert (quotient - 1) * divisor < dividend <= quotient * divisor


@given(
    base=st.decimals(min_value="0.1", max_value=100_000, places=2),
    exponent=st.decimals(min_value="0.3", max_value="1.3", places=4),
)
def test_powers_agree_with_the_series(base: Decimal, exponent: Decimal) -> None:
    with fixed_context():
        ours = power(base, exponent)
    expected = exp(Fraction(exponent) * ln(Fraction(base)))
    assert abs(Fraction(ours) - expected) <= expected / 10**30


def test_gives_the_same_digits_inside_any_context() -> None:
    with localcontext(prec=5), fixed_context():
        narrow = Decimal(1) / 3
    with localcontext(prec=99), fixed_context():
        wide = Decimal(1) / 3
    assert narrow == wide == Decimal("0.3333333333333333333333333333333333")


def test_stops_at_an_impossible_number_and_at_a_float() -> None:
    half = 0.5
    with fixed_context():
        with pytest.raises(InvalidOperation):
            Decimal(-1).sqrt()
        with pytest.raises(FloatOperation):
            Decimal(half)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("12.5", True, id="measured"),
        pytest.param("0.123456789", True, id="nine-places"),
        pytest.param("0.1234567891", False, id="ten-places"),
        pytest.param("1E+3", False, id="exponent"),
        pytest.param("1234567890123456", False, id="sixteen-digits"),
        pytest.param("NaN", False, id="not-a-number"),
        pytest.param("Infinity", False, id="infinite"),
    ],
)
def test_tells_plain_numbers(text: str, plain: bool) -> None:
    assert is_plain(Decimal(text)) is plain
