"""The QR code: which address it holds, and how it is drawn as plain rectangles."""

from functools import lru_cache
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

QUIET_MODULES: Final = 4


def verification_path(number: str) -> str:
    """Return the path under which a registry answers for a certificate."""
    return f"/verify/{number}"


def qr_text(base_url: str, number: str) -> str:
    """Return the address in the code, in capitals: those need fewer modules, so they are larger.

    The registry's verification page answers in either case.
    """
    return f"{base_url.rstrip('/')}{verification_path(number)}".upper()


@lru_cache(maxsize=64)
def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules, row by row, without the quiet zone; error correction Q (25 %)."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(text)
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
