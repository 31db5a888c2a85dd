"""Ed25519 public keys as credentials write them: Multikey, did:key, base58.

A did:key names a key by itself, so nothing has to be fetched to read it; whose key it is, only the
log says.

Source: W3C Controlled Identifiers 1.0, clauses 2.2.2 (Multikey) and 2.4 (base58-btc); did:key 0.9.
"""

from typing import Final

ED25519_PREFIX: Final = bytes.fromhex("ed01")
_DIGITS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_MULTIBASE: Final = "z"


class MultibaseError(ValueError):
    """Not a base58 text in its one spelling."""


def multibase(data: bytes) -> str:
    """Write bytes in base58 behind the letter that names it.

    Example:
        multibase(bytes([0, 1])) == "z12"
    """
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return _MULTIBASE + _DIGITS[0] * zeros + digits


def multibase_bytes(text: str) -> bytes:
    """Read bytes from base58.

    Raises:
        MultibaseError: another base, or a character that is no digit.
    """
    if text[:1] != _MULTIBASE or not set(text[1:]) <= _VALUES.keys():
        raise MultibaseError("not base58 behind a z")
    digits, number = text[1:], 0
    for digit in digits:
        number = number * len(_DIGITS) + _VALUES[digit]
    zeros = len(digits) - len(digits.lstrip(_DIGITS[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def multikey(public: bytes) -> str:
    """Write an Ed25519 public key as a Multikey."""
    return multibase(ED25519_PREFIX + public)


def did_key(public: bytes) -> str:
    """Return the identifier that is the key itself."""
    return f"did:key:{multikey(public)}"


def verification_method(public: bytes) -> str:
    """Return the address of the key inside the did:key's own document."""
    return f"{did_key(public)}#{multikey(public)}"
