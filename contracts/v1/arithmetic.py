"""The one decimal context of the methodologies, and the roundings to whole numbers.

34 digits, half-even, as IEEE 754 decimal128. Addition, multiplication, division, square root,
`ln` and `exp` are correctly rounded by the General Decimal Arithmetic Specification 1.70, so every
machine gets the same digits; `**` is not, hence `power` goes through `ln` and `exp`.
"""

from contextlib import AbstractContextManager
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import Final

PRECISION_DIGITS: Final = 34
DIGITS_MAX: Final = 15
EXPONENT_MIN: Final = -9


def fixed_context() -> AbstractContextManager[Context]:
    """Enter the fixed context; whatever the caller had set before does not matter inside."""
    return localcontext(
        Context(
            prec=PRECISION_DIGITS,
            rounding=ROUND_HALF_EVEN,
            Emin=-6143,
            Emax=6144,
            capitals=1,
            clamp=0,
            flags=[],
            traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation],
        )
    )


def floor_integer(value: Decimal) -> int:
    """Return the largest whole number that is not above `value`."""
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def ceil_integer(value: Decimal) -> int:
    """Return the smallest whole number that is not below `value`."""
    return int(value.to_integral_value(rounding=ROUND_CEILING))


def settle(value: Decimal) -> Decimal:
    """Round to nine decimals: a sum that is a whole number by hand is then one here too.

    Without it the 34th digit of a third could cost or give a kilogram when rounding afterwards.
    """
    return value.quantize(Decimal(1).scaleb(EXPONENT_MIN))


def ceil_division(dividend: int, divisor: int) -> int:
    """Return `dividend / divisor` rounded up; the divisor is positive."""
    return -(-dividend // divisor)


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Return `base ** exponent` for a positive base, as exp(exponent · ln base)."""
    return (exponent * base.ln()).exp()


def is_plain(value: Decimal) -> bool:
    """Say whether a number is finite and has at most 15 digits, 9 of them after the point.

    Measured quantities and factors stay far inside; it keeps sums exact in 34 digits.
    """
    parts = value.as_tuple()
    if not isinstance(parts.exponent, int):
        return False
    return EXPONENT_MIN <= parts.exponent <= 0 and len(parts.digits) <= DIGITS_MAX
