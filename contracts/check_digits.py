"""The two check digits: ISO 7064 MOD 37,36 for printed numbers, Crockford base 32 for ids.

A serial range or a certificate number is copied by hand from paper, so a wrong or swapped
character must be noticed before anything is looked up. Source: ISO/IEC 7064:2003, MOD 37,36
(hybrid system); D. Crockford, "Base 32", 2019 edition, with its modulo 37 check symbols.
"""

from typing import Final

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CROCKFORD_CHECK: Final = CROCKFORD + "*~$=U"
ID_DIGITS_MIN: Final = 7

_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


class CheckDigitError(ValueError):
    """A number or id does not carry the check character that its digits require."""


def mod_37_36(text: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character over the letters and digits of `text`.

    Everything else (hyphens, colons) is passed over; letters count as capitals.

    Example:
        mod_37_36("A12425GABC1234002") == "M"
    """
    product = 36
    for character in text.upper():
        value = ALPHANUMERIC.find(character)
        if value < 0:
            continue
        product = (product + value) % 36 or 36
        product = product * 2 % 37
    return ALPHANUMERIC[(37 - product) % 36]


def encode_id(number: int) -> str:
    """Write a log position as an id: at least seven Crockford digits and a check symbol.

    Raises:
        ValueError: `number` is negative.

    Example:
        encode_id(42) == "000001A5"
    """
    if number < 0:
        raise ValueError("an id counts from zero")
    digits = ""
    rest = number
    while rest:
        rest, digit = divmod(rest, 32)
        digits = CROCKFORD[digit] + digits
    return digits.rjust(ID_DIGITS_MIN, "0") + CROCKFORD_CHECK[number % 37]


def decode_id(text: str) -> int:
    """Read an id back, forgiving lower case and the look-alikes O, I and L.

    Raises:
        CheckDigitError: too short, a foreign character, or a wrong check symbol.
    """
    digits, check = text[:-1].upper().translate(_LOOKALIKES), text[-1:].upper()
    if len(digits) < ID_DIGITS_MIN or any(digit not in CROCKFORD for digit in digits):
        raise CheckDigitError(f"not an id: {text}")
    number = 0
    for digit in digits:
        number = number * 32 + CROCKFORD.index(digit)
    expected = CROCKFORD_CHECK[number % 37]
    if check != expected or (len(digits) > ID_DIGITS_MIN and digits[0] == "0"):
        raise CheckDigitError(f"check symbol does not fit: {text}")
    return number
