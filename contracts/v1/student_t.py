"""Student's t, one-sided 0.95: the factor of a two-sided 90 % confidence half-width.

Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2 (degrees of freedom 1 to 60);
the row of 120 is in R. A. Fisher & F. Yates, Statistical Tables, table III.
"""

from decimal import Decimal
from typing import Final

_FIRST_THIRTY: Final = (
    *("6.314", "2.920", "2.353", "2.132", "2.015", "1.943", "1.895", "1.860", "1.833", "1.812"),
    *("1.796", "1.782", "1.771", "1.761", "1.753", "1.746", "1.740", "1.734", "1.729", "1.725"),
    *("1.721", "1.717", "1.714", "1.711", "1.708", "1.706", "1.703", "1.701", "1.699", "1.697"),
)
_SPARSE: Final = ((120, Decimal("1.658")), (60, Decimal("1.671")), (40, Decimal("1.684")))


def t_quantile(degrees_of_freedom: int) -> Decimal:
    """Return t(0.95) for whole degrees of freedom, at least 1.

    Between two rows of the table the row of the fewer degrees of freedom holds, whose value is
    the larger: the interval is never too narrow. For the same reason 1.645 (infinity) is never
    used.

    Example:
        t_quantile(3) == 2.353, t_quantile(50) == 1.684 (the row of 40)
    """
    if degrees_of_freedom < 1:
        raise ValueError("degrees of freedom start at 1")
    if degrees_of_freedom <= len(_FIRST_THIRTY):
        return Decimal(_FIRST_THIRTY[degrees_of_freedom - 1])
    for row, value in _SPARSE:
        if degrees_of_freedom >= row:
            return value
    return Decimal(_FIRST_THIRTY[-1])
