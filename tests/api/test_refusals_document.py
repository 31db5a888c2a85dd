"""docs/REFUSALS.md is what the code yields, and names every code."""

import pytest

from api.text.catalogue import LANGUAGES, Language
from contracts.refusal import RefusalCode
from tests.support import refusals_document

RAISED = refusals_document.raised()
DOCUMENT = refusals_document.DOCUMENT.read_text(encoding="utf-8")


def test_the_document_is_what_the_code_yields() -> None:
    assert refusals_document.text() == DOCUMENT, "run python -m tests.support.refusals_document"


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_every_code_stands_in_the_document_once(code: RefusalCode) -> None:
    assert DOCUMENT.count(f"| {code.value} `{code.name}` |") == 1


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_every_code_belongs_to_a_class(code: RefusalCode) -> None:
    assert code.value // 1000 in refusals_document.CLASSES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_a_sentence_names_only_facts_that_come_with_its_code(
    code: RefusalCode, language: Language
) -> None:
    sentence = refusals_document.sentence(code, language)
    assert sentence != f"refusal.{code.name}"
    assert refusals_document.facts_named(sentence) <= RAISED[code.name].facts


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_every_code_is_raised_somewhere(code: RefusalCode) -> None:
    assert RAISED[code.name].modules


def test_a_raise_is_found_with_its_facts() -> None:
    source = "if x:\n    raise Refused(RefusalCode.TOO_LARGE, bytes=1, **more) from error\n"
    assert list(refusals_document.raised_in(source)) == [("TOO_LARGE", {"bytes", "…"})]
    assert list(refusals_document.raised_in("raise ValueError(RefusalCode.TOO_LARGE)")) == []
