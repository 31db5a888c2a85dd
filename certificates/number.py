"""Certificate numbers: made as the rules make them, and read back from paper.

A number is TH-<CL, HD, RG or RT>-<year>-<position of the stating entry>-<check character>.
"""

import re
from dataclasses import dataclass
from typing import Final

from contracts.check_digits import CROCKFORD, mod_37_36
from contracts.v1.certificate_record import certificate_number

__all__ = ["CertificateNumber", "NumberError", "certificate_number", "parse_number"]

_NUMBER: Final = re.compile(r"TH-(CL|HD|RG|RT)-([0-9]{4})-([0-9A-HJKMNP-TV-Z]{7,13})-([0-9A-Z])")


class NumberError(ValueError):
    """Not a certificate number, or one that was copied wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateNumber:
    """A number's parts: which kind, in which Beijing year, stated by which entry."""

    kind: str
    year: int
    seq: int
    text: str


def parse_number(text: str) -> CertificateNumber:
    """Read a number as people type it: spaces around it and lower case are forgiven.

    Raises:
        NumberError: another form, or the check character does not fit.

    Example:
        parse_number(" th-rt-2026-000001a-" + check).seq == 42
    """
    typed = text.strip().upper()
    found = _NUMBER.fullmatch(typed)
    if found is None:
        raise NumberError("a certificate number has the form TH-RT-2026-0000000-0")
    kind, year, digits, check = found.groups()
    if mod_37_36(f"TH-{kind}-{year}-{digits}") != check:
        raise NumberError(f"check character does not fit: {typed}")
    seq = 0
    for digit in digits:
        seq = seq * len(CROCKFORD) + CROCKFORD.index(digit)
    return CertificateNumber(kind=kind, year=int(year), seq=seq, text=typed)
