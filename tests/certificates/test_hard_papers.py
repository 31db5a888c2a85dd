"""Papers of long, rare, tiny and huge content: all of it is there, in its place, and set well."""

from collections.abc import Iterator
from functools import cache

import pypdfium2
import pytest

from api.inputs.factors import load_rows
from certificates.art_layer import CODE_MM
from certificates.content import printed_text
from certificates.content_parts import Pair
from certificates.factor_names import FACTOR_NAMES, factor_name
from tests.certificates.test_render import characters_and_ink, squeezed, text_of
from tests.support.hard_papers import CASES, hard_paper
from tests.support.sealed_paper import renderer
from tests.support.specimens import paper

PT_MM = 25.4 / 72
FRAME_MM = 17.1
CLOSING = "，。；：、！？）】》”’%"
# Each strain on the two looks that it strains most, and the lists of units wherever they stand.
HARD = [case for case in CASES if case[0] in {"RT", "CL"} or "ranges" in case[1]] + [
    ("RG", "long names"),
    ("FB", "long project and boundary"),
    ("HD", "twelve digits"),
    ("IN", "many reductions"),
    ("PR", "twelve digits"),
]


@cache
def drawn(look: str, case: str) -> bytes:
    return renderer().draw(*hard_paper(look, case))


@pytest.fixture(params=HARD, ids=" ".join)
def strained(request: pytest.FixtureRequest) -> tuple[str, str]:
    look, case = request.param
    return look, case


def lines(page: pypdfium2.PdfPage) -> Iterator[tuple[str, str]]:
    """Give each character that begins a line lower than the one before it, with that one."""
    text = page.get_textpage()
    last, bottom_before, left_before = "", 0.0, 0.0
    for index in range(text.count_chars()):
        character = text.get_text_range(index, 1)
        if not character.strip():
            continue
        left, bottom, _, top = text.get_charbox(index, loose=True)
        if bottom_before - bottom > (top - bottom) / 2 and left < left_before:
            yield last, character
        last, bottom_before, left_before = character, bottom, left


def test_nothing_is_missing_and_every_character_leaves_ink(strained: tuple[str, str]) -> None:
    data, content = drawn(*strained), hard_paper(*strained)[0]
    text = text_of(data)
    assert [one for one in printed_text(content) if squeezed(one) not in text] == []
    with pypdfium2.PdfDocument(data) as document:
        found = [one for page in document for one in characters_and_ink(page)]
    assert [character for character, ink in found if not ink] == []


def test_no_line_begins_with_a_closing_sign(strained: tuple[str, str]) -> None:
    with pypdfium2.PdfDocument(drawn(*strained)) as document:
        begins = [one for page in document for one in lines(page)]
    assert len(begins) > 10
    assert [one for one in begins if one[1] in CLOSING] == []


def test_all_text_stands_inside_the_frame_and_none_on_the_code(strained: tuple[str, str]) -> None:
    with pypdfium2.PdfDocument(drawn(*strained)) as document:
        page = document[0]
        text = page.get_textpage()
        boxes = [
            tuple(side * PT_MM for side in text.get_charbox(index))
            for index in range(text.count_chars())
            if text.get_text_range(index, 1).strip()
        ]
    left, top, side = CODE_MM
    for west, south, east, north in boxes:
        assert FRAME_MM < west <= east < 297 - FRAME_MM
        assert FRAME_MM < south <= north < 210 - FRAME_MM
        assert east < left or west > left + side or 210 - north > top + side or 210 - south < top


@pytest.mark.parametrize("look", ["RT", "SB", "HD"])
@pytest.mark.parametrize("ending", ["核验前勿采信。", "before it is checked."])
def test_no_word_stands_alone_at_the_end_of_the_small_print(look: str, ending: str) -> None:
    with pypdfium2.PdfDocument(renderer().draw(*paper(look))) as document:
        text = document[0].get_textpage()
        place = text.get_text_range().index(ending)
        bottoms = [text.get_charbox(place + at, loose=True)[1] for at in range(len(ending))]
    assert max(bottoms) - min(bottoms) < 3


@pytest.mark.parametrize("ending", ["限公司㛃䶮𬭩𣲗", "(Group) Company Limited"])
def test_no_sign_stands_alone_at_the_end_of_a_name(ending: str) -> None:
    data = drawn("SB", "long names")
    with pypdfium2.PdfDocument(data) as document:
        text = document[0].get_textpage()
        # It finds no text of characters beyond the first plane.
        found = text.search(ending[:5]).get_next()
        assert found is not None
        places = range(found[0], found[0] + len(ending))
        bottoms = [text.get_charbox(place, loose=True)[1] for place in places]
    assert max(bottoms) - min(bottoms) < 3


def test_a_factor_is_told_by_the_name_of_its_table() -> None:
    packaged = {one.factor_id: one for one in load_rows()}
    assert len(FACTOR_NAMES) > 30
    for name, told in FACTOR_NAMES.items():
        assert told == Pair(packaged[name].name_zh, packaged[name].name_en.replace(" * ", " × "))
    assert factor_name("param/event/mine") == Pair("mine", "mine (event/mine)")
