"""Which typefaces a paper is set in, and which characters they can print."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

RARE: Final = "SinkLedger Rare"

_FOLDER: Final = Path(str(files("certificates") / "fonts"))
_RARE_PATH: Final = pylopdf_fonts_zh_cn.serif_path()
_FACES: Final = (
    ("SinkLedger Figures", 400, "normal", _FOLDER / "figures-400.ttf"),
    ("SinkLedger Figures", 600, "normal", _FOLDER / "figures-600.ttf"),
    ("SinkLedger Latin", 400, "normal", _FOLDER / "latin-400.ttf"),
    ("SinkLedger Latin", 400, "italic", _FOLDER / "latin-400i.ttf"),
    ("SinkLedger Latin", 500, "normal", _FOLDER / "latin-500.ttf"),
    ("SinkLedger Latin", 600, "normal", _FOLDER / "latin-600.ttf"),
    ("SinkLedger Song", 400, "normal", _FOLDER / "song-400.ttf"),
    ("SinkLedger Song", 700, "normal", _FOLDER / "song-700.ttf"),
    (RARE, 400, "normal", _RARE_PATH),
)
_PATHS: Final = {(family, weight, style): path for family, weight, style, path in _FACES}
_SONG: Final = _FOLDER / "song-400.ttf"
_COVERING: Final = (_SONG, _RARE_PATH, _FOLDER / "latin-400.ttf")


class MissingGlyphError(ValueError):
    """A character stands in no face of the paper: it would be printed as an empty box."""


def font_files() -> frozenset[Path]:
    """Return the only files that a rendering may open."""
    return frozenset(path for *_, path in _FACES)


def face_path(family: str, weight: int, *, italic: bool) -> Path:
    """Return the file of a face.

    Raises:
        KeyError: the papers have no such face.
    """
    return _PATHS[family, weight, "italic" if italic else "normal"]


def font_face_css() -> str:
    """Declare all faces."""
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{path.as_uri()}"); }}'
        for family, weight, style, path in _FACES
    )


@cache
def _characters_of(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@cache
def printable() -> frozenset[str]:
    """Return every character that some face has."""
    return frozenset().union(*map(_characters_of, _COVERING))


def has_rare(text: str) -> bool:
    """Say whether a text needs the face of rare characters, which has one weight only."""
    return not _characters_of(_SONG).issuperset(text)


def check_printable(texts: tuple[str, ...]) -> None:
    """See that every character can be printed.

    Extracted text cannot show this: an empty box still carries its character in the file.

    Raises:
        MissingGlyphError: names the first character that cannot.
    """
    for text in texts:
        if printable().issuperset(text):
            continue
        character = next(one for one in text if one not in printable())
        raise MissingGlyphError(f"no typeface has U+{ord(character):04X} in {text!r}")
