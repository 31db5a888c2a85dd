"""`loss.impair` (受损): after the due date, in the published order, in as many orders as needed."""

from random import Random

import pytest

from contracts.books import MemoryBooks
from contracts.refusal import RefusalCode
from contracts.v1 import impairment
from contracts.values import ISSUE, Movement
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER, EVENT_PAPER, serve
from tests.support.losses import (
    faults,
    impair_all,
    impaired,
    overdue,
    published_order,
    retire,
    retired_kg,
)
from tests.support.main_steps import ENTERPRISE_ID, FARM_ID, REGISTRAR, officers
from tests.support.refusing import Spoil, acting_as, changing, code_of, refusal, signed_by
from tests.support.scenario import after, before
from tests.support.unit_bodies import BATCH
from tests.support.world import World


def test_the_highest_numbers_bear_it_first_as_in_the_worked_example() -> None:
    world, step = before("loss.impair")
    outcome = world.do(step)
    loss = outcome.rows[0].value
    assert outcome.movements == ()
    assert impaired(world.books) == {
        CLAIM_PAPER: 42_318,
        ENTERPRISE_PAPER: 5_000,
        EVENT_PAPER: 42_318,
    }
    assert (loss["owed_kg"], loss["impaired_kg"], loss["cursor"]) == (60_000, 47_318, None)
    assert loss["last_impaired"] == "000000RR"
    for row in outcome.rows[1:]:
        assert (row.value["state"], row.value["reason"]) == ("impaired", "loss")


def test_the_last_paper_met_is_impaired_with_what_is_left() -> None:
    world = after("state.commit", nth=1)
    loss = overdue(world, 5_001)
    serve(world, "loss.impair", {"loss": loss})
    assert impaired(world.books) == {CLAIM_PAPER: 1, ENTERPRISE_PAPER: 5_000, EVENT_PAPER: 1}
    assert faults(world.books) == []


def test_a_second_loss_goes_on_where_a_paper_has_kilograms_left() -> None:
    world = after("state.commit", nth=1)
    for quantity_kg in (5_001, 10):
        loss = overdue(world, quantity_kg)
        serve(world, "loss.impair", {"loss": loss})
    assert impaired(world.books)[EVENT_PAPER] == 11
    assert faults(world.books) == []


def retirements(world: World, count: int) -> None:
    rng = Random(count)
    firsts = list(range(210_000, 222_000, 400))
    for first in rng.sample(firsts, k=count):
        retire(world, rng.randint(1, 400), first=first)


def test_many_papers_take_many_orders() -> None:
    world = after("state.commit", nth=1)
    retirements(world, 26)
    loss = overdue(world, 60_000)
    assert impair_all(world, loss) == 3
    assert faults(world.books) == []
    sizes = [len(papers_changed_at(world.books, step.seq)) for step in world.steps[-3:]]
    assert sizes == [10, 10, 8]
    assert len(published_order(world.books, "0001")) == 28


def papers_changed_at(books: MemoryBooks, seq: int) -> list[str]:
    papers = {key: row for key, row in books.rows.items() if key.startswith("status/TH-RT-")}
    return [key for key, row in papers.items() if row["seq"] == seq]


@pytest.mark.parametrize("open_kg", [1, 777, 3_000, 12_345])
def test_whatever_is_open_the_papers_are_the_first_of_the_published_order(open_kg: int) -> None:
    world = after("state.commit", nth=1)
    retirements(world, 20)
    expected, left = {}, open_kg
    for one in published_order(world.books, "0001"):
        quantity_kg = min(retired_kg(world.books.rows[f"retire/{one}"], "0001"), left)
        left -= quantity_kg
        expected |= {one: quantity_kg} if quantity_kg else {}
    impair_all(world, overdue(world, open_kg))
    found = {
        retirement_of(world.books, number): quantity_kg
        for number, quantity_kg in impaired(world.books).items()
        if number.startswith("TH-RT-")
    }
    assert found == expected


def retirement_of(books: MemoryBooks, number: str) -> str:
    digits = number.split("-")[3]
    key = next(key for key in books.rows if key.startswith(f"retire/{digits}"))
    return key.removeprefix("retire/")


def test_neither_window_nor_the_bound_on_blocks_changes_which_papers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = []
    for window, blocks in ((4_096, 2_000), (7, 3), (10**9, 5)):
        monkeypatch.setattr(impairment, "WINDOW", window)
        monkeypatch.setattr(impairment, "BLOCKS_MAX", blocks)
        world = after("state.commit", nth=1)
        retirements(world, 12)
        impair_all(world, overdue(world, 4_000))
        results.append(impaired(world.books))
    assert results[0] == results[1] == results[2]


def test_rows_that_have_grown_large_make_an_order_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impairment, "ROWS_BYTES_MAX", 700)
    world = after("state.commit", nth=1)
    retirements(world, 6)
    assert impair_all(world, overdue(world, 60_000)) > 2
    assert faults(world.books) == []


def test_a_younger_batch_bears_it_before_an_older_one() -> None:
    world = after("state.commit", nth=1)
    younger = "BT-F-0001-20260901-20261001-02"
    row = {**world.books.rows[f"batch/{BATCH}"], "gross_kg": 100}
    world.books.rows[f"batch/{younger}"] = row
    project = world.books.rows["project/0001"]
    world.books.rows["project/0001"] = {**project, "batches": [BATCH, younger]}
    world.books.apply([Movement(younger, 0, 100, ISSUE, f"acct/{ENTERPRISE_ID}")], [])
    oldest = retire(world, 15_000)
    both = retire(world, 60)
    assert oldest != both
    impair_all(world, overdue(world, 60))
    assert list(impaired(world.books).values()) == [60]
    assert faults(world.books) == []


def test_units_retired_after_a_walk_are_met_by_the_next_one() -> None:
    world, step = before("loss.impair")
    world.do(step)
    again = world.changed(step)
    assert refusal(world, again).code is RefusalCode.NOTHING_TO_IMPAIR
    retire(world, 100)
    world.do(world.changed(step))
    assert world.books.rows["loss/00000172"]["impaired_kg"] == 47_418
    assert faults(world.books) == []


def test_nothing_is_impaired_before_the_due_date_is_over() -> None:
    world, step = before("loss.impair")
    world.now_us -= 1
    refused = refusal(world, world.changed(step))
    assert refused.code is RefusalCode.LOSS_NOT_DUE
    assert refused.facts["due"] == "2027-10-26"


def test_a_loss_that_is_covered_impairs_nothing() -> None:
    world = after("state.commit", nth=1)
    loss = overdue(world, 0)
    _, step = before("loss.impair")
    refused = refusal(world, world.changed(step, loss=loss))
    assert refused.code is RefusalCode.LOSS_COVERED


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(number="x"), RefusalCode.FIELD_UNKNOWN, id="a-number"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="officers-act"),
        pytest.param(acting_as(f"acct/{FARM_ID}"), RefusalCode.ACTOR_WRONG, id="the-owner-acts"),
        pytest.param(
            signed_by(*officers(REGISTRAR)), RefusalCode.SIGNATURE_MISSING, id="an-officer-signs"
        ),
        pytest.param(changing(loss="0000ZZZZ"), RefusalCode.LOSS_UNKNOWN, id="no-such-loss"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("loss.impair", spoil) is code
