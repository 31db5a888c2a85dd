"""A dropped ledger is replayed: the step says so, and the page shows what came of it."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.golden import LEDGER
from tests.support.random_acts import random_ledger
from tests.support.replay_cases import WAYS
from tests.support.replay_verdict import judge


def replay_step(page: Any, path: Path) -> Any:
    page.locator("#files").set_input_files(str(path))
    step = page.locator('[data-step="replay"]')
    step.wait_for()
    return step


def broken(folder: Path, what: str) -> Path:
    """Write a ledger broken in one way, in which the log itself is in order."""
    path = folder / "ledger.jsonl"
    for seed in range(50):
        lines = WAYS[what](Random(seed), random_ledger(seed))
        if lines is not None:
            path.write_bytes(b"".join(line + b"\n" for line in lines))
            return path
    raise AssertionError(what)


def test_a_sound_ledger_shows_supply_and_state_root(page: Any) -> None:
    step = replay_step(page, LEDGER)
    judged = judge(LEDGER.read_bytes().splitlines())

    assert step.get_attribute("data-code") == "replay_ok"
    assert judged.supply is not None
    rows = page.locator('[data-table="supply"] td').all_inner_texts()
    totals = [judged.supply[name] for name in ("gross", "held", "reserved", "pledged", "frozen")]
    totals += [judged.supply[name] for name in ("buffer", "retired", "cancelled")]
    assert rows == [f"{kg:,} kg" for kg in totals]
    assert judged.state_root == page.locator(".replay code").inner_text()
    assert page.locator("#progress").is_hidden()


@pytest.mark.parametrize(
    ("what", "code"),
    [
        pytest.param("wrong-mover", "replay_refused", id="refused"),
        pytest.param("younger-units-first", "replay_outcome", id="outcome"),
        pytest.param("retired-unit-moved", "replay_refused", id="retired"),
        pytest.param("wrong-state-root", "replay_state_root_wrong", id="state-root"),
        pytest.param("wrong-supply", "replay_state_supply_wrong", id="supply"),
        pytest.param("nonce-again", "replay_nonce", id="nonce"),
    ],
)
def test_a_broken_ledger_names_its_first_bad_entry(
    page: Any, tmp_path: Path, what: str, code: str
) -> None:
    path = broken(tmp_path, what)
    step = replay_step(page, path)
    first_bad = judge(path.read_bytes().splitlines()).first_bad

    assert step.get_attribute("data-code") == code
    assert f" {first_bad} " in step.locator(".reason").inner_text()
    assert page.locator("article.invalid").count() == 1
    assert page.locator(".replay").count() == 0


def test_rules_that_the_page_does_not_have_are_not_checked(
    open_page: Callable[..., Any], tmp_path: Path
) -> None:
    page = open_page("verify.html", locale="en-US")
    page.evaluate("() => { RULE_SETS.length = 0; }")
    step = replay_step(page, LEDGER)
    assert step.get_attribute("data-code") == "replay_rules"
    assert "not_checked" in str(step.get_attribute("class"))


def test_the_page_knows_the_rule_set_of_this_version() -> None:
    """Otherwise: python -m api.offline.build"""
    from api.offline.build import RULE_SETS, SOURCES, rule_sets

    assert (SOURCES / RULE_SETS).read_text(encoding="utf-8") == rule_sets()
