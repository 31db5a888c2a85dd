"""Whatever is asked, a rule answers with a sound outcome or with a refusal; nothing else."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.books import MemoryBooks
from contracts.refusal import Refused
from contracts.values import INTEGER_MAX, Json
from ledger.log.canonical import canonical
from tests.support.mutations import mutated, values
from tests.support.scenario import whole_world, world_at
from tests.support.world import Step

STEPS = whole_world().steps
by_step = pytest.mark.parametrize(
    "step", [pytest.param(step, id=f"{step.seq}-{step.kind}") for step in STEPS]
)


@cache
def books_before(step_seq: int) -> MemoryBooks:
    """Books are shared between examples: a decision must leave them as they are."""
    return world_at(step_seq).books


def answer(step: Step, before: MemoryBooks | None = None) -> None:
    """Decide; a refusal's facts and an outcome's rows must be JSON that the log could hold."""
    books = before or books_before(step.seq)
    rows = dict(books.rows)
    try:
        outcome = step.decide(books)
    except Refused as refused:
        if small(step.order):
            canonical({"code": refused.code.value, "facts": refused.facts})
    else:
        canonical([row.to_json() for row in outcome.rows])
        canonical([movement.to_json() for movement in outcome.movements])
    assert books.rows == rows


def small(value: Json) -> bool:
    """Say whether all numbers are ones that an order can hold."""
    if isinstance(value, dict):
        return all(small(member) for member in value.values())
    if isinstance(value, list):
        return all(small(member) for member in value)
    return not isinstance(value, int) or abs(value) <= INTEGER_MAX


@by_step
@given(data=st.data())
def test_spoilt_bodies_are_answered(step: Step, data: st.DataObject) -> None:
    body = data.draw(mutated(step.body))
    answer(replace(step, order={**step.order, "body": body}))


@by_step
@given(data=st.data())
def test_other_actors_and_signers_are_answered(step: Step, data: st.DataObject) -> None:
    everyone = sorted({key for other in STEPS for key in other.keys}, key=lambda key: key.public)
    keys = data.draw(st.lists(st.sampled_from(everyone), max_size=8, unique=True))
    actor = data.draw(st.sampled_from(sorted({str(other.order["actor"]) for other in STEPS})))
    answer(replace(step, order={**step.order, "actor": actor}, keys=tuple(keys)))


@given(step=st.sampled_from(STEPS), name=st.sampled_from(sorted(STEPS[0].order)), value=values)
def test_spoilt_orders_are_answered(step: Step, name: str, value: Json) -> None:
    answer(replace(step, order={**step.order, name: value}))


@given(one=st.sampled_from(STEPS), other=st.sampled_from(STEPS))
def test_a_body_of_another_kind_is_answered(one: Step, other: Step) -> None:
    answer(replace(one, order={**one.order, "body": other.body}))


@given(
    step=st.sampled_from(STEPS),
    at_us=st.integers(min_value=0, max_value=INTEGER_MAX),
    seq=st.integers(min_value=0, max_value=2**40),
)
def test_any_time_and_any_position_are_answered(step: Step, at_us: int, seq: int) -> None:
    moved = replace(step, at_us=at_us, order={**step.order, "valid_until_us": at_us})
    answer(replace(moved, seq=seq), books_before(step.seq))
