"""The QR code: an address with a signed statement behind it, drawn as plain rectangles.

`HTTPS://REGISTRY.EXAMPLE/VERIFY/TH-…#<digits>`: a phone's camera opens the address; what stands
behind `#` never reaches the server and is checked by the page. Capitals and digits need fewer
modules than other letters, so the address is in capitals and the statement is one long number.
"""

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import ALPHA_NUM, MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

QUIET_MODULES: Final = 4
MARK: Final = "#"
DIGITS_MAX: Final = 1_300

# A signature's digits look like noise, which no mask improves; trying all eight takes 25 ms.
_MASK: Final = 0


def verification_path(number: str) -> str:
    """Return the path under which a registry answers for a certificate."""
    return f"/verify/{number}"


def qr_text(base_url: str, number: str, code: bytes) -> str:
    """Return what the code holds.

    Args:
        base_url: Where the registry answers; it answers in capitals too.
        number: The certificate's number.
        code: Its compact statement, whose first byte is never zero.
    """
    return f"{qr_address(base_url, number)}{MARK}{int.from_bytes(code)}"


def qr_address(base_url: str, number: str) -> str:
    """Return what stands before the mark in a code's text: where the registry answers for it."""
    return f"{base_url.rstrip('/')}{verification_path(number)}".upper()


def code_of_text(text: str) -> bytes:
    """Return the compact statement in a code's text; nothing if the text holds none.

    Raises:
        ValueError: what stands behind the mark is no number as `qr_text` writes it.
    """
    digits = urlsplit(text).fragment
    if not digits:
        return b""
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX
    if not is_number or digits.startswith("0"):
        raise ValueError("the code holds no number")
    number = int(digits)
    return number.to_bytes((number.bit_length() + 7) // 8)


@lru_cache(maxsize=64)
def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules, row by row, without the quiet zone; error correction M (15 %)."""
    address, mark, digits = text.partition(MARK)
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    plain = set(address.encode()) <= set(ALPHA_NUM)
    code.add_data(QRData(address, mode=MODE_ALPHA_NUM if plain else MODE_8BIT_BYTE), optimize=0)
    code.add_data(QRData(mark, mode=MODE_8BIT_BYTE), optimize=0)
    code.add_data(QRData(digits, mode=MODE_NUMBER), optimize=0)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def qr_operators(text: str, x_mm: float, y_mm: float, side_mm: float) -> str:
    """Draw the code into a square, quiet zone included: one rectangle for every run of modules."""
    rows = qr_matrix(text)
    module = side_mm / (len(rows) + 2 * QUIET_MODULES)
    origin = QUIET_MODULES * module
    parts = [f"q {module:.5f} 0 0 {module:.5f} {x_mm + origin:.4f} {y_mm + origin:.4f} cm"]
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate((*row, False)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                parts.append(f"{start} {y} {x - start} 1 re")
                start = None
    return " ".join((*parts, "f Q"))
