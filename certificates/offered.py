"""What somebody offers to be verified, told by its content alone, never by a name or a label."""

from enum import StrEnum
from typing import Final
from unicodedata import normalize

TEXT_SIZE_MAX: Final = 4_000
"""A code's text is a third of this; whatever is longer is no text that a paper bears."""

_PDF_WITHIN: Final = 1_024
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_OTHER_PICTURES: Final = {
    "HEIC": (4, (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")),
    "AVIF": (4, (b"ftypavif", b"ftypavis")),
    "WebP": (8, (b"WEBP",)),
    "GIF": (0, (b"GIF87a", b"GIF89a")),
    "TIFF": (0, (b"II*\0", b"MM\0*")),
    "BMP": (0, (b"BM",)),
}
"""How pictures begin that are not read: more decoders would be more doors to strangers."""

_SVG: Final = b"<svg"
_PROOF: Final = b"c2sp.org/tlog-proof@v1\n"
_STATE_PROOF: Final = b'{"commitment":{'


class Offered(StrEnum):
    """The kinds of things that can be verified."""

    PDF = "pdf"
    STATUS_COPY = "status_copy"
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


def other_picture(data: bytes) -> str | None:
    """Name the kind of a picture that is not read; none if it is no picture known by name."""
    for name, (at, marks) in _OTHER_PICTURES.items():
        if data[at:].startswith(marks):
            return name
    return "SVG" if _SVG in data[:_PDF_WITHIN].lower() else None


def tidy(text: str) -> str:
    """Return a text as it was meant: Chinese keyboards write the wide forms of the same signs."""
    return normalize("NFKC", text).strip()


def _recognise_text(data: bytes) -> Offered:
    if len(data) > TEXT_SIZE_MAX:
        return Offered.UNKNOWN
    try:
        text = tidy(data.decode()).upper()
    except UnicodeDecodeError:
        return Offered.UNKNOWN
    if text.startswith(("HTTP://", "HTTPS://")):
        return Offered.CODE
    if text.startswith("BT-"):
        return Offered.SERIAL
    return Offered.NUMBER if text.startswith("TH-") else Offered.UNKNOWN
