"""The text that a page of ours draws, read from its content stream.

No general reader: it understands the one way in which our renderer writes text (hexadecimal
glyphs in `TJ`, fonts with a `ToUnicode` table) and sees nothing else, so unknown text counts as
missing text.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.rw_common import PdfHandler

GlyphTable: TypeAlias = dict[int, str]

_TOKEN: Final = re.compile(
    rb"/([^\s/<>\[\]()]+)\s+-?[\d.]+\s+Tf\b|\[([^\]]*)\]\s*TJ\b|<([0-9A-Fa-f\s]*)>\s*Tj\b"
)
_GLYPHS: Final = re.compile(rb"<([0-9A-Fa-f]*)>")
_CHARACTER: Final = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
_BLOCK: Final = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_SPACES: Final = re.compile(r"\s+")


def page_text(document: PdfHandler) -> str:
    """Return the text of all pages in the sequence in which it is drawn, without any spaces.

    Spaces are dropped because a line break takes the place of one.
    """
    return squeeze("".join(_runs(document)))


def squeeze(text: str) -> str:
    """Return a text without spaces and line breaks."""
    return _SPACES.sub("", text)


def page_count(document: PdfHandler) -> int:
    """Return the number of pages."""
    return sum(1 for _ in _pages(document.root["/Pages"]))


def _pages(node: generic.DictionaryObject) -> Iterator[generic.DictionaryObject]:
    if node["/Type"] == "/Pages":
        for kid in node["/Kids"]:
            yield from _pages(kid.get_object())
    else:
        yield node


def _runs(document: PdfHandler) -> Iterator[str]:
    for page in _pages(document.root["/Pages"]):
        tables = _glyph_tables(page)
        current: GlyphTable = {}
        for found in _TOKEN.finditer(_content(page)):
            if found[1] is not None:
                current = tables.get(f"/{found[1].decode('latin-1')}", {})
            else:
                yield _decode(found[2] if found[2] is not None else b"<%b>" % found[3], current)


def _content(page: generic.DictionaryObject) -> bytes:
    contents = page["/Contents"]
    parts = contents if isinstance(contents, generic.ArrayObject) else [contents]
    return b"\n".join(part.get_object().data for part in parts)


def _glyph_tables(page: generic.DictionaryObject) -> dict[str, GlyphTable]:
    fonts = page["/Resources"]["/Font"]
    return {str(name): _glyph_table(fonts[name]["/ToUnicode"].data) for name in fonts}


def _glyph_table(table: bytes) -> GlyphTable:
    return {
        int(found[1], 16): bytes.fromhex(found[2].decode()).decode("utf-16-be")
        for block in _BLOCK.finditer(table)
        for found in _CHARACTER.finditer(block[1])
    }


def _decode(glyphs: bytes, table: GlyphTable) -> str:
    digits = b"".join(found[1] for found in _GLYPHS.finditer(glyphs))
    return "".join(
        table.get(int(digits[at : at + 4], 16), "\ufffd") for at in range(0, len(digits), 4)
    )
