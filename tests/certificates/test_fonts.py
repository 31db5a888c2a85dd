"""The typefaces: complete for GB/T 2312, honest about what they lack."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from certificates.faces import (
    MissingGlyphError,
    check_printable,
    font_files,
    has_rare,
)
from certificates.fonts.build import HERE, SONG, gb2312

FACES = sorted(HERE.glob("*.ttf"))


@pytest.mark.parametrize("weight", [400, 700])
def test_the_chinese_faces_have_all_of_gb2312(weight: int) -> None:
    with TTFont(HERE / f"song-{weight}.ttf", lazy=True) as font:
        assert gb2312() <= set(font.getBestCmap())


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.name)
def test_a_face_is_static_truetype_under_a_name_of_our_own(path: Path) -> None:
    with TTFont(path, lazy=True) as font:
        assert "fvar" not in font
        assert "glyf" in font
        assert font.flavor is None
        assert font["name"].getDebugName(1).startswith(SONG.split()[0])


def test_the_licence_and_the_source_lie_beside_the_faces() -> None:
    assert "SIL OPEN FONT LICENSE" in (HERE / "OFL.txt").read_text("utf-8")
    source = (HERE / "SOURCE.md").read_text("utf-8")
    assert [path.name for path in FACES if path.name not in source] == []


def test_every_packaged_face_is_used() -> None:
    assert {path.name for path in FACES} <= {path.name for path in font_files()}


def test_rare_characters_can_be_printed() -> None:
    check_printable(("㛃䶮𬭩𣲗",))
    assert has_rare("㛃")
    assert not has_rare("示例会展公司 Example")


@pytest.mark.parametrize("character", ["\U0001f333", "\u202e", "\n", "᠊"])
def test_a_character_without_a_glyph_is_named(character: str) -> None:
    with pytest.raises(MissingGlyphError, match=f"U\\+{ord(character):04X}"):
        check_printable(("示例", f"名{character}"))
