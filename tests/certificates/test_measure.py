"""Measured widths: never less than the page's, so that what was measured to fit does fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.measure import EN, ZH, line_count, width_mm

LETTERS = st.text(alphabet="碳汇注销证书，。（）“”Carbon sink 0123", min_size=1, max_size=80)


def test_a_chinese_character_is_as_wide_as_its_size() -> None:
    assert width_mm("碳", ZH, 10.0) == pytest.approx(10 * 25.4 / 72 * 1.012, rel=1e-3)


@pytest.mark.parametrize("character", ["㛃", "䶮", "𬭩", "𣲗"])
def test_rare_characters_are_measured_in_their_own_face(character: str) -> None:
    assert width_mm(character, ZH, 10.0) == width_mm("碳", ZH, 10.0)


def test_no_text_takes_no_line() -> None:
    assert line_count("", ZH, 9.0, across_mm=50) == 0


def test_a_word_wider_than_its_column_takes_several_lines() -> None:
    assert line_count("x" * 200, EN, 10.0, across_mm=20) > 10


def test_closing_marks_do_not_begin_a_line() -> None:
    across_mm = width_mm("碳汇", ZH, 10.0) + 0.01
    assert line_count("碳汇。", ZH, 10.0, across_mm=across_mm) == 2
    assert line_count("碳（汇", ZH, 10.0, across_mm=across_mm) == 2


@given(text=LETTERS, across_mm=st.floats(min_value=20, max_value=90))
def test_a_narrower_column_never_takes_fewer_lines(text: str, across_mm: float) -> None:
    lines = line_count(text, ZH, 9.0, across_mm=across_mm)
    assert lines <= line_count(text, ZH, 9.0, across_mm=across_mm * 0.8)
    assert lines * across_mm >= width_mm(text.strip(), ZH, 9.0) * 0.95 or text.isspace()
