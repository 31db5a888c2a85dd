"""Tests that bite: take one check away, and an order that must be refused is recorded."""

from collections.abc import Callable

import pytest

from contracts.invariants import InvariantError
from contracts.refusal import RefusalCode
from contracts.values import Movement
from tests.support.life_bodies import correction
from tests.support.life_steps import CLAIM_PAPER
from tests.support.main_steps import FARM_ID, PLANNER, VERIFIER_ID
from tests.support.people import key
from tests.support.refusing import Spoil, after_row, again, both, changing, changing_in, code_of
from tests.support.scenario import before
from tests.support.unit_bodies import BATCH
from tests.support.world import Step, World

CLAIM = "claim/000000PP"


def one_person_with_two_keys(world: World, step: Step) -> Step:
    known = world.books.rows[f"key/{PLANNER.key.public}"]
    world.books.rows[f"key/{key('planner again').public}"] = known
    return world.step(
        step.kind, step.body, str(step.order["actor"]), [PLANNER.key, key("planner again")]
    )


def nothing(*arguments: object, **named: object) -> None:
    del arguments, named


CASES = [
    pytest.param(
        "certificate.revoke",
        changing(number=CLAIM_PAPER),
        RefusalCode.CERTIFICATE_STATE_WRONG,
        ("contracts.v1.certificate_revoke.check_standing", nothing),
        id="revoked-only-after-a-warning",
    ),
    pytest.param(
        "loss.declare",
        changing(quantity_kg=10**9),
        RefusalCode.LOSS_TOO_LARGE,
        ("contracts.v1.loss_declare._declared_kg", lambda books, body, project: 1),
        id="lost-at-most-what-was-issued",
    ),
    pytest.param(
        "loss.declare",
        changing(happened_on="2000-01-01"),
        RefusalCode.LOSS_DATE_WRONG,
        ("contracts.v1.loss_declare._check_date", nothing),
        id="lost-while-it-counted",
    ),
    pytest.param(
        "certificate.correct",
        changing(corrections=[correction("name", "别的大会", "示例大会")]),
        RefusalCode.TEXT_NOT_PRINTED,
        ("contracts.v1.certificate_correct.printed_text", lambda *asked: "别的大会"),
        id="corrected-as-printed",
    ),
    pytest.param(
        "report.verify",
        after_row(f"acct/{VERIFIER_ID}", org=FARM_ID),
        RefusalCode.NOT_INDEPENDENT,
        ("contracts.v1.report_verify.check_independent", nothing),
        id="independence",
    ),
    pytest.param(
        "report.verify",
        after_row("project/0001", last_period_end="2026-08-31"),
        RefusalCode.MONITORING_PERIOD_WRONG,
        ("contracts.v1.report_verify.check_follows", nothing),
        id="one-report-for-a-day",
    ),
    pytest.param(
        "claim.complete",
        after_row(CLAIM, retired_kg=42_317),
        RefusalCode.RETIRED_TOO_LITTLE,
        ("contracts.v1.claim_complete._check_coverage", lambda books, claim, residual_g: 999),
        id="the-arithmetic-gate",
    ),
    pytest.param(
        "claim.complete",
        one_person_with_two_keys,
        RefusalCode.SIGNATURE_MISSING,
        ("contracts.authority._match", nothing),
        id="two-persons",
    ),
    pytest.param(
        "claim.complete",
        after_row(CLAIM, deadline_at_us=1),
        RefusalCode.DEADLINE_PASSED,
        ("contracts.v1.claim_complete.check_open", nothing),
        id="the-deadline",
    ),
    pytest.param(
        "project.register",
        both(again, changing(number="0002")),
        RefusalCode.TRACK_EXCLUSIVE,
        ("contracts.v1.project_register._check_track", nothing),
        id="one-track",
    ),
    pytest.param(
        "batch.issue",
        after_row("parcel/000000BB", track="CCER_RESERVE"),
        RefusalCode.TRACK_NOT_ISSUABLE,
        ("contracts.v1.batch_issue._issued_parcels", lambda books, project: ()),
        id="parcel-on-another-track",
    ),
    pytest.param(
        "report.submit",
        changing_in("result", deduction_kg=0, net_kg=980_000),
        RefusalCode.DEDUCTION_TOO_SMALL,
        ("contracts.v1.report_submit.check_result", nothing),
        id="the-deduction",
    ),
    pytest.param(
        "units.retire",
        after_row(CLAIM, retired_kg=42_318),
        RefusalCode.CLAIM_ALREADY_COVERED,
        ("contracts.v1.units_retire._check_claim", nothing),
        id="a-claim-covered-already",
    ),
]


@pytest.mark.parametrize(("kind", "spoil", "code", "check"), CASES)
def test_without_the_check_the_order_would_be_recorded(
    kind: str,
    spoil: Spoil,
    code: RefusalCode,
    check: tuple[str, Callable[..., object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert code_of(kind, spoil) is code
    monkeypatch.setattr(*check)
    world, step = before(kind)
    world.do(spoil(world, step))


def test_a_rule_that_forgot_to_look_is_caught_by_the_invariants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def careless(books: object, source: str, target: str, part: Movement) -> Movement:
        del books
        return Movement(part.batch, part.first, part.end, source, target)

    world, step = before("units.transfer")
    part = {"batch": BATCH, "end": 10, "first": 0}
    monkeypatch.setattr("contracts.selection._named", careless)
    with pytest.raises(InvariantError):
        world.do(world.changed(step, quantity_kg=..., ranges=[part]))
