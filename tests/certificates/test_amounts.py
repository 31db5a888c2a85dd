"""Quantities in words: read back, they are the number again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.amounts import (
    chinese_amount,
    chinese_integer,
    english_amount,
    english_integer,
    grams_as_tonnes_text,
    permille_text,
    tonnes_text,
)

integers = st.integers(min_value=0, max_value=10**12 - 1)
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = {"拾": 10, "佰": 100, "仟": 1000}
GROUPS = {"万": 10**4, "亿": 10**8}


def read_chinese(text: str) -> int:
    total = group = digit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS.index(character)
        elif character in PLACES:
            group, digit = group + digit * PLACES[character], 0
        else:
            total, group, digit = total + (group + digit) * GROUPS[character], 0, 0
    return total + group + digit


@given(integers)
def test_chinese_words_read_back(number: int) -> None:
    assert read_chinese(chinese_integer(number)) == number


@given(integers)
def test_no_two_zeros_stand_together_or_at_an_end(number: int) -> None:
    text = chinese_integer(number)
    assert "零零" not in text
    assert number == 0 or not (text.startswith("零") or text.endswith("零"))


@given(integers, integers)
def test_different_numbers_have_different_words(one: int, other: int) -> None:
    assert (english_integer(one) == english_integer(other)) == (one == other)


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_figures_read_back(quantity_kg: int) -> None:
    assert int(tonnes_text(quantity_kg).replace(",", "").replace(".", "")) == quantity_kg
    assert int(grams_as_tonnes_text(quantity_kg).replace(",", "").replace(".", "")) == quantity_kg


@pytest.mark.parametrize(
    ("quantity_kg", "chinese", "english"),
    [
        pytest.param(
            42_318,
            "肆拾贰吨叁佰壹拾捌千克",
            "forty-two tonnes and three hundred and eighteen kilograms",
            id="both",
        ),
        pytest.param(1, "壹千克", "one kilogram", id="one kilogram"),
        pytest.param(5_000, "伍吨整", "five tonnes", id="whole tonnes"),
        pytest.param(20_005, "贰拾吨零伍千克", "twenty tonnes and five kilograms", id="gap"),
        pytest.param(
            10_042_000, "壹万零肆拾贰吨整", "ten thousand and forty-two tonnes", id="inner gap"
        ),
    ],
)
def test_amounts_in_both_languages(quantity_kg: int, chinese: str, english: str) -> None:
    assert chinese_amount(quantity_kg) == f"{chinese}二氧化碳当量"
    assert english_amount(quantity_kg) == f"{english} of carbon dioxide equivalent"


@pytest.mark.parametrize("number", [-1, 10**12])
def test_numbers_without_words_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="no words"):
        chinese_integer(number)
    with pytest.raises(ValueError, match="no words"):
        english_integer(number)


def test_coverage_has_one_decimal() -> None:
    assert permille_text(1003) == "100.3%"
