"""The typefaces cut down to a paper's own glyphs, numbered anew, with no table that a page ignores.

WeasyPrint keeps every glyph's number. Of Chinese faces with thousands of glyphs, that leaves tables
full of nothing: 90 KB of them for one rare character. Here the page keeps the old numbers and each
font says which glyph has which, by a /CIDToGIDMap or, of CFF outlines, by the font's own charset
(ISO 32000-1, 9.7.4.2).

HarfBuzz is the Python package's own, which the lock names, so the same glyphs give the same bytes
on every machine.
"""

from collections.abc import Iterable
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

_KEPT: Final = ("glyf", "loca", "CFF ", "head", "hhea", "hmtx", "maxp")
_ITALIC: Final = 2
_BYTES_A_GLYPH: Final = 2


class PaperFonts(dict[object, Font]):
    """The fonts of one document; WeasyPrint puts them in, and each is cut down by us."""

    def __setitem__(self, key: object, font: Font) -> None:
        path = face_path(font.family, int(font.weight), italic=int(font.style) == _ITALIC)

        def clean(glyphs: Iterable[int], hinting: object) -> None:
            del hinting
            font.file_content, font.paper_gids = cut_to(path, frozenset(glyphs))

        font.clean, font.paper_gids = clean, {}
        super().__setitem__(key, font)

    def number_glyphs(self, pdf: Pdf) -> None:
        """Tell each TrueType font of a document which glyph the page means by which number.

        A font of CFF outlines says it itself, but readers look there only when it stands bare,
        without the other tables of a font file.
        """
        maps = {font.name: font.paper_gids for font in self.values()}
        for item in tuple(pdf.objects):
            if not isinstance(item, dict):
                continue
            if item.get("Subtype") == "/CIDFontType2":
                stream = pydyf.Stream([_glyph_map(maps[item["BaseFont"]])], compress=True)
                pdf.add_object(stream)
                item["CIDToGIDMap"] = stream.reference
            if "FontFile3" in item:
                file = pdf.objects[int(item["FontFile3"].split()[0])]
                file.stream = [TTFont(BytesIO(file.stream[0])).reader["CFF "]]
                file.extra["Subtype"] = "/CIDFontType0C"


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
    return (_named_by(data, numbers) if data.startswith(b"OTTO") else data), numbers


@cache
def _face(path: Path) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))


def _tags_but(face: uharfbuzz.Face) -> list[int]:
    unused = (tag for tag in face.table_tags if tag not in _KEPT)
    return [int.from_bytes(tag.encode("ascii")) for tag in unused]


def _named_by(data: bytes, numbers: dict[int, int]) -> bytes:
    """Name each CFF glyph (its CID) by its old number, which is what the page calls it."""
    font = TTFont(BytesIO(data), recalcTimestamp=False)
    top = font["CFF "].cff.topDictIndex[0]
    shapes = top.CharStrings.charStrings
    names = {new: ".notdef" if old == 0 else f"cid{old:05d}" for old, new in numbers.items()}
    renamed = {names[index]: shapes[name] for index, name in enumerate(top.charset)}
    top.CharStrings.charStrings = renamed
    top.charset = list(renamed)
    out = BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


def _glyph_map(numbers: dict[int, int]) -> bytes:
    table = bytearray(_BYTES_A_GLYPH * (max(numbers) + 1))
    for old, new in numbers.items():
        table[_BYTES_A_GLYPH * old : _BYTES_A_GLYPH * (old + 1)] = new.to_bytes(_BYTES_A_GLYPH)
    return bytes(table)
