"""What somebody offers to be verified, told by its content alone, never by a name or a label."""

from enum import StrEnum
from typing import Final

TEXT_SIZE_MAX: Final = 4_000
"""A code's text is a third of this; whatever is longer is no text that a paper bears."""

_PDF_WITHIN: Final = 1_024
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_PROOF: Final = b"c2sp.org/tlog-proof@v1\n"
_STATE_PROOF: Final = b'{"commitment":{'


class Offered(StrEnum):
    """The kinds of things that can be verified."""

    PDF = "pdf"
    PHOTO = "photo"
    PROOF = "proof"
    STATE_PROOF = "state_proof"
    NUMBER = "number"
    SERIAL = "serial"
    CODE = "code"
    UNKNOWN = "unknown"


def recognise(data: bytes) -> Offered:
    """Say what bytes are, by how they begin; a text by what it can only be meant as.

    Example:
        recognise(b"TH-RT-2026-000001A-5") is Offered.NUMBER
    """
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return Offered.PDF
    if data.startswith((_PNG, _JPEG)):
        return Offered.PHOTO
    if data.startswith(_PROOF):
        return Offered.PROOF
    if data.startswith(_STATE_PROOF):
        return Offered.STATE_PROOF
    return _recognise_text(data)


def _recognise_text(data: bytes) -> Offered:
    if len(data) > TEXT_SIZE_MAX:
        return Offered.UNKNOWN
    try:
        text = data.decode().strip().upper()
    except UnicodeDecodeError:
        return Offered.UNKNOWN
    if text.startswith(("HTTP://", "HTTPS://")):
        return Offered.CODE
    if text.startswith("BT-"):
        return Offered.SERIAL
    return Offered.NUMBER if text.startswith("TH-") else Offered.UNKNOWN
