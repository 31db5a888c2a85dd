"""Which texts an order may hold: one normal form, and nothing that a reader cannot see.

A name that looks like another one but is not the same bytes would make two organisations of one,
and a hidden direction mark would let a paper read otherwise than the log. Source: Unicode
Technical Report 36 (security considerations), clauses 2 and 3; Annex 15 (normal forms).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.intake.unicode_table import UNASSIGNED

_FORMAT: Final = (
    "AD 600-605 61C 6DD 70F 890-891 8E2 180E 200B-200F 202A-202E 2060-2064 2066-206F FEFF "
    "FFF9-FFFB 110BD 110CD 13430-13438 1BCA0-1BCA3 1D173-1D17A E0001 E0020-E007F"
)
"""General category Cf of Unicode 14.0: bidirectional controls, zero-width characters, tags."""

_CONTROL: Final = "0-1F 7F-9F 2028-2029"
"""Categories Cc, Zl and Zp: controls and line separators."""


def _ranges(table: str) -> str:
    """Turn hexadecimal ranges into the inside of a regular expression's character class."""
    found = []
    for part in table.split():
        first, _, last = part.partition("-")
        low, high = rf"\U{int(first, 16):08x}", rf"\U{int(last or first, 16):08x}"
        found.append(low if low == high else f"{low}-{high}")
    return "".join(found)


_HIDDEN: Final = re.compile(f"[{_ranges(_FORMAT)}]")
_CONTROLS: Final = re.compile(f"[{_ranges(_CONTROL)}]")
_UNKNOWN: Final = re.compile(f"[{_ranges(UNASSIGNED)}]")


_DELETE: Final = b"\x7f"
_LINES: Final = ("body.predecessor.checkpoint",)
"""Fields of several lines: a signed note, whose form its rule reads."""


def check_texts(value: Json, canonical_bytes: bytes) -> None:
    """Check every text of a JSON value whose canonical bytes are at hand.

    Raises:
        Refused: `TEXT_FORBIDDEN` with the field and the first problem: `control`, `hidden`
            (bidirectional and zero-width characters), `unassigned`, `not_nfc`.
    """
    # Canonical JSON writes every control but DEL with a backslash; what is left is printable.
    if (
        canonical_bytes.isascii()
        and b"\\" not in canonical_bytes
        and _DELETE not in canonical_bytes
    ):
        return
    for field, text in _texts(value, ""):
        problem = _problem(text.replace("\n", "") if field in _LINES else text)
        if problem is not None:
            raise Refused(RefusalCode.TEXT_FORBIDDEN, field=field, problem=problem)


def _texts(value: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _texts(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _texts(item, f"{path}[{position}]")


def _problem(text: str) -> str | None:
    if text.isascii() and text.isprintable():
        return None
    for name, pattern in (("control", _CONTROLS), ("hidden", _HIDDEN), ("unassigned", _UNKNOWN)):
        if pattern.search(text):
            return name
    return None if unicodedata.is_normalized("NFC", text) else "not_nfc"
