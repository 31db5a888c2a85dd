"""`state.commit`: commitments come in sequence, from the state service only."""

import pytest

from contracts.books import MemoryBooks
from contracts.refusal import RefusalCode
from contracts.v1.state_commit import TOTALS
from contracts.values import INTEGER_MAX
from ledger.state.fold import root_of, supply_of
from tests.support.main_steps import ANCHOR_SERVICE, STATE_SERVICE, SUPERVISOR
from tests.support.refusing import (
    Spoil,
    acting_as,
    again,
    changing,
    changing_in,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before


def test_holds_root_and_supply_of_the_state_before_it() -> None:
    world, step = before("state.commit")
    root, supply = root_of(world.books).hex(), supply_of(world.books)
    (row,) = world.do(step).rows
    assert row.key == "state/latest"
    assert row.value == {
        "root": root,
        "seq": step.seq,
        "supply": supply,
        "through": step.seq - 1,
    }
    assert supply["gross"] == 948_500 == sum(supply[name] for name in TOTALS[1:])


def test_the_next_one_replaces_it_and_counts_it_in() -> None:
    world, step = before("state.commit", nth=1)
    earlier = world.books.rows["state/latest"]
    (row,) = world.do(step).rows
    assert row.value["root"] != earlier["root"]
    assert row.value["through"] > earlier["seq"]


def test_the_first_entry_can_be_committed() -> None:
    world, step = before("state.commit")
    assert world.do(world.changed(step, through=0)).rows[0].value["through"] == 0


def test_the_root_is_not_the_rules_matter() -> None:
    world, step = before("state.commit")
    assert world.do(world.changed(step, root="00" * 32)).rows[0].value["root"] == "00" * 32


def test_nothing_held_is_a_supply_too() -> None:
    assert supply_of(MemoryBooks()) == dict.fromkeys(TOTALS, 0)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(root="5C" * 32), RefusalCode.FIELD_FORMAT, id="capitals"),
        pytest.param(changing(supply={}), RefusalCode.FIELD_MISSING, id="no-totals"),
        pytest.param(changing_in("supply", lost=0), RefusalCode.FIELD_UNKNOWN, id="another-total"),
        pytest.param(changing_in("supply", held=-1), RefusalCode.FIELD_RANGE, id="negative"),
        pytest.param(
            changing_in("supply", gross=INTEGER_MAX + 1), RefusalCode.FIELD_RANGE, id="too-large"
        ),
        pytest.param(changing(through=-1), RefusalCode.FIELD_RANGE, id="before-the-first"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(acting_as("service/anchors"), RefusalCode.ACTOR_WRONG, id="other-service"),
        pytest.param(
            signed_by(ANCHOR_SERVICE), RefusalCode.SIGNATURE_MISSING, id="other-service-signs"
        ),
        pytest.param(
            signed_by(STATE_SERVICE, SUPERVISOR.key),
            RefusalCode.SIGNATURE_SURPLUS,
            id="an-officer-too",
        ),
        pytest.param(again, RefusalCode.THROUGH_WRONG, id="the-same-again"),
        pytest.param(changing(through=32), RefusalCode.THROUGH_WRONG, id="itself"),
        pytest.param(changing(through=10**9), RefusalCode.THROUGH_WRONG, id="the-future"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("state.commit", spoil) is code


def test_says_between_what_it_must_lie() -> None:
    world, step = before("state.commit", nth=1)
    refused = refusal(world, world.changed(step, through=31))
    assert refused.facts == {"through": 31, "committed": 31, "seq": step.seq}
