"""Deciding again: an entry is what the rules yield on the books before it, or it is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.values import Movement, Outcome, Row
from ledger import rulesets
from ledger.log.entry import Entry, parse_entry
from ledger.replay.redecide import Redecider
from tests.support import bodies
from tests.support.ledger import Scene, open_scene


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    folder: Path = tmp_path_factory.mktemp("redecide")
    scene: Scene = open_scene(folder)
    scene.world.act("units.transfer", bodies.transfer(scene.owner, scene.buyer, quantity_kg=9))
    scene.world.act("units.retire", bodies.retirement(scene.buyer, quantity_kg=4))
    registry = scene.world.registry
    found = [parse_entry(registry.entry_bytes(seq)) for seq in range(registry.size())]
    registry.close()
    return found


def before_last(entries: list[Entry]) -> Redecider:
    redecider = Redecider()
    for entry in entries[:-1]:
        assert redecider.take(entry) == ()
    return redecider


def test_an_honest_log_has_no_faults(entries: list[Entry]) -> None:
    redecider = before_last(entries)
    assert redecider.take(entries[-1]) == ()
    assert redecider.state.chain.size == len(entries)


def test_a_value_of_another_type_is_another_outcome(entries: list[Entry]) -> None:
    """A retirement's row says `ets_covered: false`; Python takes 0 for the same, the log not."""
    [row] = entries[-1].rows
    other = {**row["value"], "ets_covered": 0}
    altered = replace(entries[-1], rows=({**row, "value": other},))
    assert altered.rows == entries[-1].rows
    assert before_last(entries).take(altered) == ("its outcome is not what the rules yield",)


def test_an_order_that_the_rules_refuse_is_named(entries: list[Entry]) -> None:
    body = {**entries[-1].order["body"], "quantity_kg": 100}
    altered = replace(entries[-1], order={**entries[-1].order, "body": body})
    [fault] = before_last(entries).take(altered)
    assert "BALANCE_TOO_LOW" in fault


def test_a_nonce_that_stands_twice_is_named(entries: list[Entry]) -> None:
    order = {**entries[-1].order, "actor": "registrar", "nonce": entries[0].order["nonce"]}
    faults = before_last(entries).take(replace(entries[-1], order=order))
    assert "its nonce was used by entry 0" in faults


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"prev": bytes(32)}, id="prev"),
        pytest.param({"at_us": 1}, id="earlier"),
        pytest.param({"seq": 99}, id="seq"),
    ],
)
def test_an_entry_out_of_the_chain_is_named(entries: list[Entry], change: dict[str, int]) -> None:
    assert before_last(entries).take(replace(entries[-1], **change)) != ()


def test_rules_that_break_an_invariant_are_named(
    entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    redecider = before_last(entries)
    [moved] = entries[-1].movements
    back = Movement(moved["batch"], moved["first"], moved["end"], "retired/1", "acct/A")
    monkeypatch.setattr(rulesets, "decide", lambda *_given: Outcome(movements=(back,)))
    [fault] = redecider.take(entries[-1])
    assert "terminal" in fault


def test_rows_in_disorder_are_named(entries: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    redecider = before_last(entries)
    outcome = Outcome(rows=(Row("b", {}), Row("a", {})))
    monkeypatch.setattr(rulesets, "decide", lambda *_given: outcome)
    [fault] = redecider.take(entries[-1])
    assert "sorted" in fault


def test_a_rule_set_that_is_not_shipped_is_named(
    entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    redecider = before_last(entries)
    monkeypatch.setattr(rulesets, "shipped", dict)
    [fault] = redecider.take(entries[-1])
    assert "not shipped" in fault
