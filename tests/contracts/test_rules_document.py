"""docs/RULES.md says what the rules say of themselves."""

import pytest

from contracts.v1.ruleset import RULES
from tests.support import rules_document


def test_the_document_is_what_the_code_yields() -> None:
    written = rules_document.DOCUMENT.read_text(encoding="utf-8")
    assert written == rules_document.text(), "run python -m tests.support.rules_document"


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_says_all_its_parts(kind: str) -> None:
    part = rules_document.section(RULES[kind])
    assert all((part.title, part.source, part.example, part.signers, part.decision))
