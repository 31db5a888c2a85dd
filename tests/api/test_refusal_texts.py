"""Texts: every refusal speaks both languages, and the compiled catalogue is the written one."""

from pathlib import Path
from string import Formatter

import pytest

from api.text.catalogue import LANGUAGES, Language, TextMissingError, say, translations
from api.text.compile import compiled, po_files
from api.text.refusals import explain
from contracts.refusal import RefusalCode, Refused


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_every_refusal_has_a_sentence(code: RefusalCode, language: Language) -> None:
    sentence = explain(Refused(code), language)

    assert len(sentence) > 8
    assert sentence.endswith(("。", ".", "；", "！"))


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_both_languages_name_the_same_facts(code: RefusalCode) -> None:
    named = [
        {
            name
            for _, name, _, _ in Formatter().parse(
                translations(language).gettext(f"refusal.{code.name}")
            )
            if name
        }
        for language in LANGUAGES
    ]
    assert named[0] == named[1]


def test_facts_stand_in_the_sentence() -> None:
    refused = Refused(RefusalCode.BALANCE_TOO_LOW, balance_kg=7, quantity_kg=9)

    assert "7" in explain(refused, "zh")
    assert "9 kg" in explain(refused, "en")


def test_lists_objects_and_missing_facts_are_shown() -> None:
    need = {"what": "officer", "role": "issuer", "account": ""}

    assert "issuer officer" in explain(Refused(RefusalCode.SIGNATURE_MISSING, need=need), "en")
    assert "a, b" in explain(
        Refused(RefusalCode.CHOICE_UNKNOWN, field="x", options=["a", "b"]), "en"
    )
    assert "…" in explain(Refused(RefusalCode.BALANCE_TOO_LOW), "zh")


def test_an_unknown_message_is_a_fault() -> None:
    with pytest.raises(TextMissingError):
        say("refusal.NO_SUCH", "zh")


@pytest.mark.parametrize("path", po_files(), ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_the_written_one(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(path)
