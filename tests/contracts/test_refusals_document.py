"""docs/REFUSALS.md is what the code yields, and names every code."""

import pytest

from contracts.refusal import RefusalCode
from tests.support import refusals_document

DOCUMENT = refusals_document.DOCUMENT.read_text(encoding="utf-8")


def test_the_document_is_what_the_code_yields() -> None:
    assert refusals_document.text() == DOCUMENT, "run python -m tests.support.refusals_document"


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_every_code_stands_in_the_document_once(code: RefusalCode) -> None:
    assert DOCUMENT.count(f"| {code.value} | `{code.name}` |") == 1


@pytest.mark.parametrize("code", RefusalCode, ids=lambda code: code.name)
def test_every_code_belongs_to_a_class(code: RefusalCode) -> None:
    assert code.value // 1000 in refusals_document.CLASSES


def test_a_raise_is_found_with_its_facts() -> None:
    source = "if x:\n    raise Refused(RefusalCode.TOO_LARGE, bytes=1, **more) from error\n"
    assert list(refusals_document.raised_in(source)) == [("TOO_LARGE", {"bytes", "…"})]
    assert list(refusals_document.raised_in("raise ValueError(RefusalCode.TOO_LARGE)")) == []
