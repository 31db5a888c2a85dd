"""`claim.complete`: the arithmetic gate, the second person, the deadline, the declaration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1.claim_complete import residual_kg
from contracts.values import Json
from tests.support.main_bodies import ORGANISER, VERIFIER, on_behalf_of
from tests.support.main_steps import (
    AGENT_ID,
    BUYER,
    ENTERPRISE_ID,
    ORGANISER_ID,
    PLANNER,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
)
from tests.support.people import hex_digest, key
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    again,
    both,
    change_row,
    changing,
    changing_in,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before
from tests.support.world import Step, World

CLAIM = "claim/000000PP"


def test_completes_as_in_the_worked_example() -> None:
    world, step = before("claim.complete")
    (row,) = world.do(step).rows
    completion = row.value["completion"]
    assert completion["coverage_permille"] == 1000
    assert completion["assurance"] == {"kind": "self"}
    assert completion["declaration"]["offset_completed_on"] == "2026-10-26"
    assert (completion["seq"], completion["at_us"]) == (step.seq, step.at_us)


def test_names_the_body_of_a_third_party_assurance() -> None:
    world, step = before("claim.complete")
    assurance: Json = {
        "body": VERIFIER.named(),
        "kind": "third_party",
        "report_sha256": hex_digest("assurance"),
    }
    (row,) = world.do(world.changed(step, assurance=assurance)).rows
    assert row.value["completion"]["assurance"] == assurance


@given(residual_g=st.integers(min_value=1, max_value=2**53 - 1))
def test_the_residual_is_rounded_up_to_whole_kilograms(residual_g: int) -> None:
    whole_kg = residual_kg(residual_g)
    assert (whole_kg - 1) * 1000 < residual_g <= whole_kg * 1000


@given(
    residual_g=st.integers(min_value=1, max_value=10**9),
    retired_kg=st.integers(min_value=0, max_value=2 * 10**6),
)
def test_the_gate_opens_exactly_when_the_grams_are_covered(
    residual_g: int, retired_kg: int
) -> None:
    world, step = before("claim.complete")
    measurement = world.books.rows[CLAIM]["measurement"]
    assert isinstance(measurement, dict)
    changed = {**measurement, "residual_g": residual_g}
    change_row(world, CLAIM, measurement=changed, retired_kg=retired_kg)
    if retired_kg * 1000 >= residual_g:
        world.do(world.changed(step))
    else:
        refused = refusal(world, world.changed(step))
        assert refused.code is RefusalCode.RETIRED_TOO_LITTLE
        assert refused.facts["coverage_permille"] == retired_kg * 10**6 // residual_g


def reduced_by_one(world: World, step: Step) -> Step:
    change_row(world, CLAIM, retired_kg=42_317)
    return world.changed(step)


def without_reductions(world: World, step: Step) -> Step:
    measurement = world.books.rows[CLAIM]["measurement"]
    assert isinstance(measurement, dict)
    change_row(world, CLAIM, measurement={**measurement, "reductions": []})
    return world.changed(step)


def second_key_of_the_planner(world: World, step: Step) -> Step:
    known = world.books.rows[f"key/{PLANNER.key.public}"]
    world.books.rows[f"key/{key('planner again').public}"] = known
    roles: Json = [{"person": PLANNER.id, "roles": ["initiate", "approve"]}]
    change_row(world, f"acct/{ORGANISER_ID}", representatives=roles, dual_control=False)
    return signed_by(PLANNER.key, key("planner again"))(world, step)


def agent_alone(world: World, step: Step) -> Step:
    mandates: Json = {
        AGENT_ID: {
            "kinds": ["claim.complete"],
            "mandate_sha256": hex_digest("mandate"),
            "until": "2027-12-31",
        }
    }
    change_row(world, f"acct/{ORGANISER_ID}", mandates=mandates)
    body = {**step.body, "on_behalf_of": on_behalf_of(ORGANISER_ID)}
    return world.step("claim.complete", body, f"acct/{AGENT_ID}", [WINDOW.key])


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(
            changing_in("declaration", evaluator=...), RefusalCode.FIELD_MISSING, id="evaluator"
        ),
        pytest.param(
            changing(assurance={"kind": "third_party"}), RefusalCode.FIELD_MISSING, id="no-body"
        ),
        pytest.param(
            changing(assurance={"kind": "self", "report_sha256": "ab" * 32}),
            RefusalCode.FIELD_UNKNOWN,
            id="self-with-a-report",
        ),
        pytest.param(signed_by(PLANNER.key), RefusalCode.SIGNATURE_MISSING, id="no-second-person"),
        pytest.param(
            second_key_of_the_planner, RefusalCode.SIGNATURE_MISSING, id="one-person-two-keys"
        ),
        pytest.param(
            signed_by(PLANNER.key, REVIEWER.key, SUPERVISOR.key),
            RefusalCode.SIGNATURE_SURPLUS,
            id="an-officer-carried-along",
        ),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            both(
                changing(on_behalf_of=on_behalf_of(ORGANISER_ID)),
                acting_as(f"acct/{AGENT_ID}"),
                signed_by(WINDOW.key),
            ),
            RefusalCode.MANDATE_MISSING,
            id="mandate-for-other-kinds",
        ),
        pytest.param(agent_alone, RefusalCode.SIGNATURE_MISSING, id="agent-without-reviewer"),
        pytest.param(
            after_row(f"acct/{ORGANISER_ID}", type="agent"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-holder",
        ),
        pytest.param(changing(claim="0000ZZZZ"), RefusalCode.CLAIM_UNKNOWN, id="no-such-claim"),
        pytest.param(
            after_row(CLAIM, account=ENTERPRISE_ID), RefusalCode.CLAIM_NOT_OWN, id="somebody-elses"
        ),
        pytest.param(
            after_row(CLAIM, measurement=None), RefusalCode.CLAIM_STATE_WRONG, id="not-measured"
        ),
        pytest.param(again, RefusalCode.CLAIM_STATE_WRONG, id="twice"),
        pytest.param(reduced_by_one, RefusalCode.RETIRED_TOO_LITTLE, id="one-kilogram-short"),
        pytest.param(
            changing(
                assurance={
                    "body": {**VERIFIER.named(), "uscc": ORGANISER.named()["uscc"]},
                    "kind": "third_party",
                    "report_sha256": "ab" * 32,
                }
            ),
            RefusalCode.NOT_INDEPENDENT,
            id="assured-by-the-claimant",
        ),
        pytest.param(without_reductions, RefusalCode.REDUCTION_MISSING, id="no-reduction"),
        pytest.param(
            after_row(CLAIM, deadline_at_us=1), RefusalCode.DEADLINE_PASSED, id="too-late"
        ),
        pytest.param(
            changing_in("declaration", declared_on="2026-10-27"),
            RefusalCode.DECLARATION_TOO_EARLY,
            id="dated-tomorrow",
        ),
        pytest.param(
            changing_in("declaration", declared_on="2026-10-22"),
            RefusalCode.DECLARATION_TOO_EARLY,
            id="dated-on-the-events-last-day",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("claim.complete", spoil) is code


def test_the_account_of_another_cannot_complete_it() -> None:
    world, step = before("claim.complete")
    body = {**step.body, "account": ENTERPRISE_ID}
    asked = world.step("claim.complete", body, f"acct/{ENTERPRISE_ID}", [BUYER.key])
    assert refusal(world, asked).code is RefusalCode.SIGNATURE_MISSING
