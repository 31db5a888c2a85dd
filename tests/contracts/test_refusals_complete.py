"""Every refusal has a case: each code is triggered, and each kind keeps what it promises."""

import ast
import re
from pathlib import Path

import pytest

from contracts.refusal import RefusalCode
from contracts.v1.ruleset import RULES

TESTS = Path(__file__).parent
ROOT = TESTS.parents[1]

LEDGER_CODES = {
    RefusalCode.NOT_CANONICAL,
    RefusalCode.TEXT_FORBIDDEN,
    RefusalCode.USCC_INVALID,
    RefusalCode.RECORD_MISSING,
    RefusalCode.RECORD_MISMATCH,
    RefusalCode.GEOMETRY_INVALID,
    RefusalCode.NAMED_ORG_WRONG,
    RefusalCode.SIGNATURE_INVALID,
    RefusalCode.NONCE_REUSED,
    RefusalCode.KEY_WEAK,
    RefusalCode.ORG_ALREADY_KNOWN,
    RefusalCode.RULES_UNKNOWN,
    RefusalCode.LEDGER_READ_ONLY,
    RefusalCode.OVERLAP_STATEMENT_WRONG,
}
"""Raised at intake, at the door or by the log only; the ledger's tests trigger them."""


def codes_named_in(*paths: Path) -> set[RefusalCode]:
    """Return the codes that stand as `RefusalCode.NAME` in the code of these files."""
    return {
        RefusalCode[node.attr]
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "RefusalCode"
        and node.attr in RefusalCode.__members__
    }


def contract_tests() -> list[Path]:
    return [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]


def test_every_code_is_triggered_here_or_belongs_to_the_ledger() -> None:
    missing = set(RefusalCode) - codes_named_in(*contract_tests())
    assert missing == LEDGER_CODES


def test_the_rules_raise_none_of_the_ledgers_codes() -> None:
    sources = [path for path in (ROOT / "contracts").rglob("*.py") if path.name != "refusal.py"]
    raised = codes_named_in(*sources)
    assert raised & LEDGER_CODES == set()
    assert raised == set(RefusalCode) - LEDGER_CODES


def promised(kind: str) -> set[RefusalCode]:
    """Return the codes that the docstring of a kind's decision names."""
    words = re.findall(r"`([A-Z_]+)`", RULES[kind].decide.__doc__ or "")
    known = {RefusalCode[word] for word in words if word in RefusalCode.__members__}
    return known - LEDGER_CODES


@pytest.mark.parametrize("kind", RULES)
def test_each_kind_is_tested_for_what_its_decision_promises(kind: str) -> None:
    files = list((TESTS / "v1").glob(f"test_{kind.replace('.', '_')}*.py"))
    assert files
    assert promised(kind) - codes_named_in(*files) == set()


@pytest.mark.parametrize("kind", RULES)
def test_a_decision_promises_its_codes_in_the_order_of_the_classes(kind: str) -> None:
    words = re.findall(r"`([A-Z_]+)`", RULES[kind].decide.__doc__ or "")
    classes = [RefusalCode[word] // 1000 for word in words if word in RefusalCode.__members__]
    assert classes == sorted(classes, key=lambda number: number if number > 1 else 6)
