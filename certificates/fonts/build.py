"""Cut the paper's typefaces out of the full ones: `python -m certificates.fonts.build SONG LATIN`.

SONG is a folder with Noto Serif SC as static TrueType (`400Regular/…`, `700Bold/…`), LATIN one
with EB Garamond as WOFF (`eb-garamond-latin-400-normal.woff`, …). `SOURCE.md` says where from.

Static TrueType only: WeasyPrint undoes WOFF2 in Python, which takes ten seconds a face, and it
instantiates a variable font for every document.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

HERE: Final = Path(__file__).parent
SONG: Final = "SinkLedger Song"
LATIN: Final = "SinkLedger Latin"
FIGURES: Final = "SinkLedger Figures"

_SONG_FACES: Final = {400: "400Regular/NotoSerifSC_400Regular", 700: "700Bold/NotoSerifSC_700Bold"}
_TEXT_WEIGHT: Final = 400
_TEXT_UNITS: Final = 500
_LATIN_FACES: Final = ("400-normal", "400-italic", "500-normal", "600-normal")
_ASCII: Final = range(0x20, 0x7F)

# Latin-1, general punctuation, arrows, number forms, CJK punctuation, full-width forms.
_BLOCKS: Final = (
    (0x20, 0x7F),
    (0xA0, 0x180),
    (0x2010, 0x2028),
    (0x2030, 0x205F),
    (0x20AC, 0x20AD),
    (0x2103, 0x2104),
    (0x2116, 0x2117),
    (0x2150, 0x2190),
    (0x2200, 0x2270),
    (0x2460, 0x2474),
    (0x3000, 0x3020),
    (0xFF01, 0xFF5F),
    (0xFFE0, 0xFFE6),
)


def gb2312() -> set[int]:
    """Return the code points of GB/T 2312-1980, the 6,763 characters and its other signs."""
    pairs = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    return {ord(text) for text in (pair.decode("gb2312", "ignore") for pair in pairs) if text}


def song_code_points() -> set[int]:
    """Return what the Chinese faces hold, as far as the full ones have it."""
    return gb2312() | {point for first, end in _BLOCKS for point in range(first, end)}


def cut(font: TTFont, points: Iterable[int] | None, family: str, target: Path) -> None:
    """Write a subset under another family name; everything else stays as drawn.

    Args:
        font: The full face; it is changed.
        points: The characters to keep; all for `None`.
        family: The new family name. The OFL reserves the original's.
        target: Where the TrueType file goes.
    """
    options = Options()
    options.layout_features = ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "vert", "lnum"]
    options.notdef_outline = True
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points if points is not None else font.getBestCmap())
    subsetter.subset(font)
    _rename(font, family)
    font.flavor = None
    font.save(target)


def coarsen(path: Path) -> None:
    """Put a face on a grid of half as many units, on which its glyphs take an eighth less.

    At 10 points a unit is then 7 thousandths of a millimetre, a sixth of a dot of good printers.
    """
    font = TTFont(path, recalcTimestamp=False)
    scale_upem(font, _TEXT_UNITS)
    font.save(path)


def _rename(font: TTFont, family: str) -> None:
    style = str(font["name"].getDebugName(2))
    plain = family.replace(" ", "")
    names = {1: family, 3: f"{plain}-{style}", 4: f"{family} {style}", 6: f"{plain}-{style}"}
    for record in font["name"].names:
        record.string = names.get(record.nameID, record.string)


def main(song_folder: Path, latin_folder: Path) -> None:
    """Write all faces into this folder."""
    for weight, name in _SONG_FACES.items():
        full = TTFont(song_folder / f"{name}.ttf", recalcTimestamp=False)
        target = HERE / f"song-{weight}.ttf"
        cut(full, song_code_points(), SONG, target)
        if weight == _TEXT_WEIGHT:
            coarsen(target)
    for face in _LATIN_FACES:
        source = latin_folder / f"eb-garamond-latin-{face}.woff"
        short = face.removesuffix("-normal").replace("-italic", "i")
        cut(TTFont(source, recalcTimestamp=False), None, LATIN, HERE / f"latin-{short}.ttf")
        if short in {"400", "600"}:
            target = HERE / f"figures-{short}.ttf"
            cut(TTFont(source, recalcTimestamp=False), _ASCII, FIGURES, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
