"""Texts in orders: one normal form, nothing hidden, verdicts that no Python version changes."""

import sys
import unicodedata

import pytest

from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.intake.text_rules import check_texts
from ledger.log.canonical import canonical


def problem(text: str) -> object:
    value: Json = {"name": ["x", text]}
    try:
        check_texts(value, canonical(value))
    except Refused as refusal:
        return refusal.facts["problem"]
    return None


def test_names_the_field() -> None:
    value: Json = {"name": ["x", "a\nb"]}
    with pytest.raises(Refused) as caught:
        check_texts(value, canonical(value))
    assert caught.value.code is RefusalCode.TEXT_FORBIDDEN
    assert caught.value.facts["field"] == "name[1]"


def test_only_a_predecessors_checkpoint_has_lines() -> None:
    note: Json = {"body": {"predecessor": {"checkpoint": "old.example/log\n901\n— x"}}}
    check_texts(note, canonical(note))
    for value in (
        {"body": {"predecessor": {"checkpoint": "a\nb\tc"}}},
        {"body": {"reason": "a\nb"}},
    ):
        with pytest.raises(Refused):
            check_texts(value, canonical(value))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain", id="ascii"),
        pytest.param('a "quoted" \\ text', id="quotes-and-backslash"),
        pytest.param("包头市固阳县林业和草原局", id="chinese"),
        pytest.param("㐀𠀀𪜀", id="rare-characters"),
        pytest.param("Ångström", id="composed"),
        pytest.param("（示例·无效）", id="chinese-punctuation"),
    ],
)
def test_lets_pass(text: str) -> None:
    assert problem(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\nb", "control", id="newline"),
        pytest.param("a\tb", "control", id="tab"),
        pytest.param("a\x7fb", "control", id="delete"),
        pytest.param("a\u2028b", "control", id="line-separator"),
        pytest.param("a\u202eb", "hidden", id="right-to-left-override"),
        pytest.param("a\u2066b", "hidden", id="isolate"),
        pytest.param("包\u200b头", "hidden", id="zero-width-space"),
        pytest.param("包\u200d头", "hidden", id="zero-width-joiner"),
        pytest.param("\ufeffx", "hidden", id="byte-order-mark"),
        pytest.param("so\u00adft", "hidden", id="soft-hyphen"),
        pytest.param("a\U000e0041b", "hidden", id="tag"),
        pytest.param("a\u0378b", "unassigned", id="unassigned"),
        pytest.param("a\ufffeb", "unassigned", id="noncharacter"),
        pytest.param("a\ue000b", "unassigned", id="private-use"),
        pytest.param("a\U000323b0b", "unassigned", id="assigned-only-in-unicode-17"),
        pytest.param("A\u030angstro\u0308m", "not_nfc", id="decomposed"),
        pytest.param("\u212b", "not_nfc", id="angstrom-sign"),
        pytest.param("\uf900", "not_nfc", id="compatibility-ideograph"),
    ],
)
def test_refuses(text: str, expected: str) -> None:
    assert problem(text) == expected


@pytest.mark.skipif(
    unicodedata.unidata_version != "14.0.0", reason="this Python has another Unicode table"
)
def test_the_packaged_table_is_that_of_unicode_14() -> None:
    wrong = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
    for point in range(0, sys.maxunicode + 1, 7):
        character = chr(point)
        if 0xD800 <= point < 0xE000:
            continue  # surrogates cannot be written as UTF-8, so they never get here
        if unicodedata.category(character) in wrong:
            assert problem(f"a{character}") in ("control", "hidden", "unassigned"), hex(point)
        elif unicodedata.is_normalized("NFC", f"a{character}") and point > 0x7F:
            assert problem(f"a{character}") is None, hex(point)
