"""Canonical bytes: equal to RFC 8785 inside the subset, and nothing outside it is let in."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.canonical import (
    DEPTH_MAX,
    INTEGER_MAX,
    Json,
    NotCanonicalError,
    canonical,
    parse,
    parse_canonical,
)

JCS = Path(__file__).parents[2] / "vectors" / "jcs"

ascii_keys = st.text(st.characters(max_codepoint=127), max_size=6)
strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
integers = st.integers(-INTEGER_MAX, INTEGER_MAX)
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | integers | strings,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_keys, inner, max_size=4),
    max_leaves=20,
)


def rfc8785(value: Any) -> str:
    """RFC 8785, clauses 3.2.2 and 3.2.3, word for word for the types of the subset."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(rfc8785_character(character) for character in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(rfc8785(item) for item in value) + "]"
    by_units = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(f"{rfc8785(key)}:{rfc8785(value[key])}" for key in by_units) + "}"


def rfc8785_character(character: str) -> str:
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    code = ord(character)
    return short.get(code, f"\\u{code:04x}" if code < 32 else character)


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@given(values)
def test_writes_what_rfc_8785_says_and_reads_it_back(value: Json) -> None:
    written = canonical(value, depth_max=30)
    assert written.decode() == rfc8785(value)
    assert parse_canonical(written, depth_max=30) == value


@given(values, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_reads_any_spelling_of_a_value_alike(
    value: Json, escaped: bool, indent: int | str | None
) -> None:
    spelling = json.dumps(value, ensure_ascii=escaped, indent=indent).encode()
    assert parse(spelling, depth_max=30) == value
    assert canonical(parse(spelling, depth_max=30), depth_max=30) == canonical(value, depth_max=30)


def test_escapes_each_character_below_256_as_rfc_8785_does() -> None:
    text = "".join(map(chr, range(256))) + "\u2028\u2029\ufeff\U0001f333"
    assert canonical(text).decode() == rfc8785(text)


@pytest.mark.parametrize("name", ["arrays", "unicode"])
def test_agrees_with_the_reference_files_inside_the_subset(name: str) -> None:
    expected = (JCS / "output" / f"{name}.json").read_bytes()
    assert canonical(parse((JCS / "input" / f"{name}.json").read_bytes())) == expected
    assert canonical(parse_canonical(expected)) == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("french", "outside ASCII", id="keys-not-ascii"),
        pytest.param("weird", "outside ASCII", id="keys-of-all-planes"),
        pytest.param("structures", "not an integer: 56.0", id="a-fraction-of-zero"),
        pytest.param("values", "not an integer", id="floats"),
    ],
)
def test_refuses_the_reference_files_outside_the_subset(name: str, reason: str) -> None:
    with pytest.raises(NotCanonicalError, match=reason):
        parse((JCS / "input" / f"{name}.json").read_bytes())


def test_writes_the_reference_structures_once_their_fraction_is_an_integer() -> None:
    source = (JCS / "input" / "structures.json").read_bytes().replace(b"56.0", b"56")
    assert canonical(parse(source)) == (JCS / "output" / "structures.json").read_bytes()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b'{"a":1,"a":2}', "duplicate key: 'a'", id="duplicate-key"),
        pytest.param(b'{"a":1,"\\u0061":2}', "duplicate key: 'a'", id="duplicate-by-escape"),
        pytest.param(b'{"b":{"a":1,"a":1}}', "duplicate key", id="duplicate-inside"),
        pytest.param(b"1.0", "not an integer", id="fraction"),
        pytest.param(b"1e2", "not an integer", id="exponent"),
        pytest.param(b"[NaN]", "not an integer: NaN", id="nan"),
        pytest.param(b"-Infinity", "not an integer: -Infinity", id="infinity"),
        pytest.param(b"9007199254740992", "2\\^53", id="2-to-the-53"),
        pytest.param(b"-9007199254740992", "2\\^53", id="minus-2-to-the-53"),
        pytest.param(b"1" * 50_000, "2\\^53", id="fifty-thousand-digits"),
        pytest.param(b"01", "not JSON", id="leading-zero"),
        pytest.param(b"+1", "not JSON", id="plus-sign"),
        pytest.param(b'"\xff"', "not UTF-8", id="not-utf-8"),
        pytest.param(b'"\xed\xa0\x80"', "not UTF-8", id="surrogate-in-utf-8"),
        pytest.param(b'"\xc0\x80"', "not UTF-8", id="overlong-utf-8"),
        pytest.param(b'"\\ud800"', "surrogate", id="lone-surrogate"),
        pytest.param(b'{"\\udc00":1}', "ASCII|surrogate", id="lone-surrogate-in-key"),
        pytest.param(b"\xef\xbb\xbf{}", "byte order mark", id="byte-order-mark"),
        pytest.param("{}".encode("utf-16"), "not UTF-8", id="utf-16"),
        pytest.param(b'"\x01"', "not JSON", id="raw-control-character"),
        pytest.param(b"", "not JSON", id="nothing"),
        pytest.param(b"{} {}", "not JSON", id="two-values"),
        pytest.param(b"{}\x00", "not JSON", id="trailing-zero-byte"),
        pytest.param(b"[1,]", "not JSON", id="trailing-comma"),
        pytest.param(b"{'a':1}", "not JSON", id="single-quotes"),
        pytest.param(b"// a\n1", "not JSON", id="comment"),
        pytest.param(b'"' + b"a" * 65_534 + b'"', "longer than 65535", id="too-long"),
        pytest.param(nested(DEPTH_MAX + 1), "deeper than 12", id="one-level-too-deep"),
        pytest.param(
            b'["]",' * 13 + b"1" + b',"["]' * 13, "deeper than 12", id="hidden-in-strings"
        ),
        pytest.param(b'["\\n]",' * 13 + b"1" + b',"["]' * 13, "deeper", id="hidden-by-escapes"),
        pytest.param(b'{"a":' * 13 + b"1" + b"}" * 13, "deeper than 12", id="objects-too-deep"),
    ],
)
def test_refuses_to_read(data: bytes, reason: str) -> None:
    for read in (parse, parse_canonical):
        with pytest.raises(NotCanonicalError, match=reason):
            read(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        pytest.param(b' {"a": 1}', {"a": 1}, id="spaces"),
        pytest.param(b'{"a":1}\n', {"a": 1}, id="trailing-newline"),
        pytest.param(b'{"b":1,"a":2}', {"a": 2, "b": 1}, id="unsorted-keys"),
        pytest.param(b'"\\u6c47"', "汇", id="needless-escape"),
        pytest.param(b'"\\/"', "/", id="escaped-slash"),
        pytest.param(b'"\\u000A"', "\n", id="uppercase-hex"),
        pytest.param(b'"\\ud83c\\udf33"', "\U0001f333", id="surrogate-pair"),
        pytest.param(b"-0", 0, id="minus-zero"),
    ],
)
def test_reads_another_spelling_but_does_not_call_it_canonical(data: bytes, value: Json) -> None:
    assert parse(data) == value
    with pytest.raises(NotCanonicalError, match="not in canonical form"):
        parse_canonical(data)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(1.0, "float", id="float"),
        pytest.param({"a": [float("nan")]}, "float", id="nan"),
        pytest.param({1: "a"}, "not an ASCII string: 1", id="integer-key"),
        pytest.param({"汇": 1}, "not an ASCII string", id="chinese-key"),
        pytest.param({None: 1}, "not an ASCII string", id="null-key"),
        pytest.param(2**53, "2\\^53", id="2-to-the-53"),
        pytest.param([-(2**53)], "2\\^53", id="minus-2-to-the-53"),
        pytest.param("\ud800", "surrogate", id="lone-surrogate"),
        pytest.param(b"a", "bytes", id="bytes"),
        pytest.param({"a": {1}}, "set", id="set"),
        pytest.param(json.loads(nested(13)), "deep", id="too-deep"),
    ],
)
def test_refuses_to_write(value: Any, reason: str) -> None:
    with pytest.raises(NotCanonicalError, match=reason):
        canonical(value)


def test_refuses_a_value_that_contains_itself() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(NotCanonicalError, match="deep"):
        canonical(endless)


def test_leaves_nfc_and_nfd_apart_byte_for_byte() -> None:
    composed, decomposed = '"\u00e9"'.encode(), '"e\u0301"'.encode()
    assert canonical(parse_canonical(composed)) == composed
    assert canonical(parse_canonical(decomposed)) == decomposed


def test_counts_only_brackets_outside_strings_as_levels() -> None:
    for text in ['"' + "[{" * 50 + '\\"' + "[" * 50 + '"', '"' + "[{" * 50 + '"']:
        assert parse(text.encode()) == json.loads(text)
        assert parse(b"[" + text.encode() + b"," + nested(DEPTH_MAX - 1) + b"]")
    assert parse(b"[" + b"[]," * 500 + b"[]]")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[" * 100_000, id="brackets"),
        pytest.param(b'{"a":' * 20_000, id="objects"),
        pytest.param(b'"\\"' * 33_000, id="quotes-and-escapes"),
        pytest.param(b'[["' + b'\\"' * 50_000, id="unterminated-string"),
        pytest.param(b"[]" * 50_000, id="many-values"),
        pytest.param(
            b'{"0":0,' + b",".join(b'"%d":0' % number for number in range(9_000)) + b"}",
            id="nine-thousand-keys",
        ),
        pytest.param(b"[" + b"1" * 100_000 + b"]", id="digits"),
    ],
)
def test_refuses_a_hundred_kilobytes_of_malice_without_trying_for_long(data: bytes) -> None:
    # Each takes about a millisecond. A reader that backtracks or nests takes minutes or dies, so
    # the bound only tells these apart, on any machine however busy.
    before = time.process_time()
    with pytest.raises(NotCanonicalError):
        parse(data, size_max=200_000)
    assert time.process_time() - before < 5


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_never_break_the_reader(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except NotCanonicalError:
        return
    assert canonical(value) == data
