"""The golden ledger: the rules of today decide its orders as they were decided, byte for byte."""

import pytest

from contracts.v1.ruleset import RULES
from ledger.log.entry import parse_entry
from ledger.log.verify import read_export
from tests.support.golden import LEDGER, ROOT, replay

HINT = "a rule changed: python -m tests.support.golden, and a changelog line"


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return list(read_export(LEDGER))


def test_replays_to_the_same_root(lines: list[bytes]) -> None:
    replayed = replay(lines)
    assert replayed.faults == (), HINT
    assert f"{replayed.size} {replayed.root}\n" == ROOT.read_text(), HINT


def test_one_other_byte_in_an_outcome_is_noticed(lines: list[bytes]) -> None:
    changed = [line.replace(b'"to":"retired/', b'"to":"cancelled/') for line in lines]
    assert changed != lines
    assert replay(changed).faults != ()


def test_every_order_kind_is_in_it_that_can_be(lines: list[bytes]) -> None:
    # There is no second rule set yet that could be activated, and nothing follows the end.
    assert {str(parse_entry(line).order["kind"]) for line in lines} == set(RULES) - {
        "rules.activate",
        "log.freeze",
    }
