"""Sizes: the length that rules compute is the length of the canonical bytes."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.size import json_bytes, outcome_bytes
from contracts.values import INTEGER_MAX, OUTCOME_BYTES_MAX, Json
from ledger.log.canonical import canonical
from tests.support.main_steps import SERVICE
from tests.support.refusing import refusal
from tests.support.scenario import before, whole_world, world_at

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=8), inner, max_size=4)
    ),
)


@given(value=values)
def test_is_the_length_of_the_canonical_bytes(value: Json) -> None:
    assert json_bytes(value) == len(canonical(value))


def test_every_outcome_of_the_whole_job_is_measured_right() -> None:
    for step in whole_world().steps:
        outcome = step.decide(world_at(step.seq).books)
        written: Json = {
            "movements": [movement.to_json() for movement in outcome.movements],
            "rows": [row.to_json() for row in outcome.rows],
        }
        assert outcome_bytes(outcome) == len(canonical(written)) <= OUTCOME_BYTES_MAX


def test_what_fits_no_entry_is_refused_with_its_length() -> None:
    world, step = before("certificate.record", nth=1)
    world.books.rows[f"cert/{step.body['number']}"] = {"copies": []}
    world.fork().do(step)
    world.books.rows[f"cert/{step.body['number']}"] = {"copies": [{"copy": "x" * 25_000}]}
    asked = world.step(
        "certificate.record", {**step.body, "copy": 2}, "service/certificates", [SERVICE]
    )
    refused = refusal(world, asked)
    assert refused.code is RefusalCode.TOO_LARGE
    assert refused.facts["bytes_max"] == OUTCOME_BYTES_MAX
