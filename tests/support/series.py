"""ln and exp from their series in whole numbers: a second path, to check the first."""

from fractions import Fraction

ONE = 10**60


def ln(value: Fraction) -> Fraction:
    """ln x = 2·artanh((x − 1)/(x + 1)), after halving x into [1, 2) and adding ln 2 back."""
    halvings = 0
    while value >= 2:
        value /= 2
        halvings += 1
    while value < 1:
        value *= 2
        halvings -= 1
    return _artanh_log(value) + halvings * _artanh_log(Fraction(2))


def exp(value: Fraction) -> Fraction:
    """e^x by Taylor's series of x / 2^k, squared k times."""
    squarings = 0
    while abs(value) > Fraction(1, 2):
        value /= 2
        squarings += 1
    scaled = int(value * ONE)
    term, total, count = ONE, ONE, 0
    while term:
        count += 1
        term = (
            term * scaled // ONE // count
            if term * scaled >= 0
            else -(-term * scaled // ONE // count)
        )
        total += term
    for _ in range(squarings):
        total = total * total // ONE
    return Fraction(total, ONE)


def _artanh_log(value: Fraction) -> Fraction:
    ratio = (value - 1) / (value + 1)
    scaled = int(ratio * ONE)
    square = scaled * scaled // ONE
    term, total, odd = scaled, 0, 1
    while term:
        total += term // odd
        term = term * square // ONE
        odd += 2
    return Fraction(2 * total, ONE)
