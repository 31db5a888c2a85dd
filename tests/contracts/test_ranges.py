"""Range algebra: parts tile the whole, nothing is lost or doubled, paper reads back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.check_digits import CheckDigitError, mod_37_36
from contracts.ranges import (
    Range,
    coalesce,
    intersect,
    parse_serial,
    serial_text,
    split,
    subtract,
    tiles,
)
from tests.support.unit_bodies import BATCH

ranges = st.builds(
    lambda first, length: Range(first, first + length),
    st.integers(min_value=0, max_value=200),
    st.integers(min_value=1, max_value=200),
)


def units(*parts: Range) -> list[int]:
    return [unit for part in parts for unit in range(part.first, part.end)]


@given(whole=ranges, quantity=st.integers(min_value=1, max_value=199))
def test_split_tiles_the_whole(whole: Range, quantity: int) -> None:
    if quantity < len(whole):
        front, back = split(whole, quantity)
        assert len(front) == quantity
        assert units(front, back) == units(whole)


@given(one=ranges, other=ranges)
def test_intersect_is_what_both_have(one: Range, other: Range) -> None:
    common = intersect(one, other)
    assert intersect(other, one) == common
    assert units(*(common,) if common else ()) == sorted({*units(one)} & {*units(other)})


@given(whole=ranges, hole=ranges)
def test_subtract_and_intersect_tile_the_whole(whole: Range, hole: Range) -> None:
    rest, common = subtract(whole, hole), intersect(whole, hole)
    assert tiles([*rest, *([common] if common else [])], whole)
    assert not {*units(*rest)} & {*units(hole)}


@given(parts=st.lists(ranges, max_size=8))
def test_coalesce_keeps_every_unit_once_or_says_that_two_overlap(parts: list[Range]) -> None:
    listed = units(*parts)
    if len(set(listed)) < len(listed):
        with pytest.raises(ValueError, match="overlaps"):
            coalesce(parts)
        return
    joined = coalesce(parts)
    assert units(*joined) == sorted(listed)
    assert all(one.end < other.first for one, other in pairwise(joined))


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        pytest.param([Range(0, 4), Range(5, 10)], Range(0, 10), id="gap"),
        pytest.param([Range(0, 6), Range(5, 10)], Range(0, 10), id="overlap"),
        pytest.param([Range(0, 9)], Range(0, 10), id="short"),
        pytest.param([Range(0, 11)], Range(0, 10), id="long"),
        pytest.param([], Range(0, 10), id="nothing"),
    ],
)
def test_what_does_not_tile(parts: list[Range], whole: Range) -> None:
    assert not tiles(parts, whole)


@pytest.mark.parametrize(
    ("first", "end"),
    [
        pytest.param(5, 5, id="empty"),
        pytest.param(6, 5, id="reversed"),
        pytest.param(-1, 5, id="negative"),
    ],
)
def test_there_is_no_empty_range(first: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a range"):
        Range(first, end)


def test_a_serial_counts_from_one_and_includes_its_last_number() -> None:
    text = serial_text(BATCH, Range(0, 30))
    assert text == f"{BATCH}:1-30/" + mod_37_36(f"{BATCH}:1-30")


@given(part=ranges)
def test_a_serial_reads_back(part: Range) -> None:
    assert parse_serial(serial_text(BATCH, part)) == (BATCH, part)
    assert parse_serial(f"  {serial_text(BATCH, part).lower()} ") == (BATCH, part)


@given(part=ranges, place=st.integers(min_value=0), digit=st.sampled_from("0123456789"))
def test_a_serial_with_a_wrong_digit_is_refused(part: Range, place: int, digit: str) -> None:
    text = serial_text(BATCH, part)
    at = [index for index, character in enumerate(text) if character.isdigit()]
    chosen = at[place % len(at)]
    if text[chosen] != digit:
        with pytest.raises(CheckDigitError):
            parse_serial(text[:chosen] + digit + text[chosen + 1 :])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"{BATCH}:0-5", id="from-zero"),
        pytest.param(f"{BATCH}:6-5", id="reversed"),
        pytest.param(f"{BATCH}:01-5", id="leading-zero"),
        pytest.param(f"{BATCH}:１-5", id="full-width-digit"),
        pytest.param(f"{BATCH}:1-{'9' * 5000}", id="five-thousand-digits"),
        pytest.param(BATCH, id="no-range"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_serial(body: str) -> None:
    with pytest.raises(CheckDigitError):
        parse_serial(f"{body}/{mod_37_36(body)}")
