"""The typefaces cut down to a paper's own glyphs, numbered anew, with no table that a page ignores.

WeasyPrint keeps every glyph's number. Of Chinese faces with thousands of glyphs, that leaves tables
full of nothing (90 KB of them for one rare character) and text that hardly compresses. Here glyphs
are numbered from 1 on, in fonts, in text, and in the tables that tell widths and characters.

HarfBuzz is the Python package's own, which the lock names, so the same glyphs give the same bytes
on every machine.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeAlias

import pydyf
import uharfbuzz
from fontTools.ttLib import TTFont

from certificates.faces import face_path

# WeasyPrint and pydyf publish no types.
Font: TypeAlias = Any
Pdf: TypeAlias = Any
Codes: TypeAlias = Mapping[bytes, bytes]
"""New glyph numbers by old ones, each as the page's text writes it."""

_KEPT: Final = ("glyf", "loca", "CFF ", "head", "hhea", "hmtx", "maxp")
_ITALIC: Final = 2
_BATCH: Final = 100
_DEFAULT_WIDTH: Final = 1_000
"""What ISO 32000-1 says of glyphs that /W leaves out: nearly all Chinese ones."""

_FONT: Final = re.compile(rb"/(\S+) \S+ Tf")

_MAP_HEAD: Final = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n"
    b"<< /Registry (Adobe)\n/Ordering (UCS)\n/Supplement 0\n>> def\n"
    b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange"
)
_MAP_FOOT: Final = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"


class PaperFonts(dict[object, Font]):
    """The fonts of one document; WeasyPrint puts them in, and each is cut down by us."""

    def __setitem__(self, key: object, font: Font) -> None:
        path = face_path(font.family, int(font.weight), italic=int(font.style) == _ITALIC)

        def clean(glyphs: Iterable[int], hinting: object) -> None:
            del hinting
            font.file_content, font.numbers = cut_to(path, frozenset(glyphs))

        font.clean = clean
        super().__setitem__(key, font)

    def number_anew(self, pdf: Pdf) -> None:
        """Number the glyphs of a document anew, wherever it names them."""
        by_name = {font.name: font for font in self.values()}
        codes = {font.hash.encode(): _codes(font.numbers) for font in self.values()}
        for item in pdf.objects:
            if isinstance(item, pydyf.Stream):
                item.stream = list(_renumbered(item.stream, codes))
            elif not isinstance(item, dict):
                continue
            elif "ToUnicode" in item:
                table = pdf.objects[int(item["ToUnicode"].split()[0])]
                table.stream = [_characters(by_name[item["BaseFont"]])]
            elif "CIDToGIDMap" in item:
                item["W"] = _widths(by_name[item["BaseFont"]])
            elif "FontFile3" in item:
                # With a font file's other tables about them, readers take CFF outlines otherwise.
                file = pdf.objects[int(item["FontFile3"].split()[0])]
                file.stream = [TTFont(BytesIO(file.stream[0])).reader["CFF "]]
                file.extra["Subtype"] = "/CIDFontType0C"


def _codes(numbers: Mapping[int, int]) -> Codes:
    return {b"%04x" % old: b"%04x" % new for old, new in numbers.items()}


def _renumbered(operators: Iterable[object], fonts: Mapping[bytes, Codes]) -> Iterable[object]:
    codes: Codes = {}
    for operator in operators:
        if isinstance(operator, bytes):
            if operator.endswith(b"] TJ"):
                yield _text(operator, codes)
                continue
            if operator.endswith(b" Tf") and (found := _FONT.fullmatch(operator)):
                codes = fonts[found[1]]
        yield operator


def _text(operator: bytes, codes: Codes) -> bytes:
    """Write a text with the new numbers, without the empty pieces that WeasyPrint leaves."""
    head, *parts = operator.split(b"<")
    texts = [head]
    for part in parts:
        digits, _, spacing = part.partition(b">")
        if digits:
            texts += [b"<", *[codes[digits[at : at + 4]] for at in range(0, len(digits), 4)], b">"]
        texts += [b" ", spacing]
    return b"".join(texts)


def _characters(font: Font) -> bytes:
    """Return the table (CMap) that names the characters of each glyph."""
    told = sorted((font.numbers[old], text) for old, text in font.to_unicode.items())
    parts = [_MAP_HEAD]
    for first in range(0, len(told), _BATCH):
        batch = told[first : first + _BATCH]
        parts.append(b"%d beginbfchar" % len(batch))
        parts += [
            b"<%04x> <%b>" % (number, text.encode("utf-16-be").hex().encode())
            for number, text in batch
        ]
        parts.append(b"endbfchar")
    return b"\n".join((*parts, _MAP_FOOT))


def _widths(font: Font) -> pydyf.Array:
    told = sorted((font.numbers[old], width) for old, width in font.widths.items())
    array, row, following = pydyf.Array(), pydyf.Array(), 0
    for number, width in told:
        if width == _DEFAULT_WIDTH:
            continue
        if number != following:
            row = pydyf.Array()
            array.extend((number, row))
        row.append(width)
        following = number + 1
    return array


def cut_to(path: Path, glyphs: frozenset[int]) -> tuple[bytes, dict[int, int]]:
    """Return a font file with the glyphs of these numbers, and each one's new number."""
    face = _face(path)
    request = uharfbuzz.SubsetInput()
    request.glyph_set.update(glyphs)
    flags = uharfbuzz.SubsetFlags
    request.flags = flags.NO_HINTING | flags.NO_LAYOUT_CLOSURE | flags.DESUBROUTINIZE
    request.drop_table_tag_set.update(_tags_but(face))
    plan = uharfbuzz.SubsetPlan(face, request)
    numbers = dict(plan.old_to_new_glyph_mapping)
    data: bytes = plan.execute().blob.data
    return (_named_by_number(data) if data.startswith(b"OTTO") else data), numbers


@cache
def _face(path: Path) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))


def _tags_but(face: uharfbuzz.Face) -> list[int]:
    unused = (tag for tag in face.table_tags if tag not in _KEPT)
    return [int.from_bytes(tag.encode("ascii")) for tag in unused]


def _named_by_number(data: bytes) -> bytes:
    """Name each CFF glyph by its number: the names (CIDs) are what a page's text refers to."""
    font = TTFont(BytesIO(data), recalcTimestamp=False)
    top = font["CFF "].cff.topDictIndex[0]
    shapes = top.CharStrings.charStrings
    renamed = {
        f"cid{index:05d}" if index else ".notdef": shapes[name]
        for index, name in enumerate(top.charset)
    }
    top.CharStrings.charStrings = renamed
    top.charset = list(renamed)
    out = BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()
