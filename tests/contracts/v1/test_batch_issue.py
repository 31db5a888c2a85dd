"""`batch.issue`: a verified report becomes units, the buffer first, never more than verified."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import RefusalCode
from contracts.v1.batch_issue import buffer_kg
from contracts.values import Movement
from tests.support.main_bodies import VALIDATOR, VERIFIER, external_lock
from tests.support.main_steps import FARM_ID, ISSUER, REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import (
    Spoil,
    acting_as,
    after_row,
    again,
    changing,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before
from tests.support.unit_bodies import BATCH
from tests.support.world import Step, World

FARM = f"acct/{FARM_ID}"
PARCEL = "000000BB"
REPORT = "000000HH"


def test_the_buffer_takes_the_first_numbers_as_in_the_worked_example() -> None:
    world, step = before("batch.issue")
    outcome = world.do(step)
    assert outcome.movements == (
        Movement(BATCH, 0, 142_275, "issue", "buffer/forest"),
        Movement(BATCH, 142_275, 948_500, "issue", FARM),
    )


def test_writes_batch_project_report_and_parcels() -> None:
    world, step = before("batch.issue")
    rows = {row.key: row.value for row in world.do(step).rows}
    assert sorted(rows) == [
        f"batch/{BATCH}",
        "parcel/000000BB",
        "parcel/000000CC",
        "project/0001",
        f"report/{REPORT}",
    ]
    batch = rows[f"batch/{BATCH}"]
    assert (batch["gross_kg"], batch["buffer_kg"], batch["tradable_kg"]) == (
        948_500,
        142_275,
        806_225,
    )
    assert (batch["verifier"], batch["validator"]) == (VERIFIER.named(), VALIDATOR.named())
    assert rows["parcel/000000BB"]["local_issued"] is True
    assert (rows["project/0001"]["runs"], rows["project/0001"]["issued_kg"]) == (1, 948_500)
    assert (rows[f"report/{REPORT}"]["run"], rows[f"report/{REPORT}"]["issued_kg"]) == (1, 948_500)


@given(
    gross_kg=st.integers(min_value=1, max_value=10**12),
    permille=st.integers(min_value=0, max_value=1000),
)
def test_the_buffer_is_rounded_up_and_never_more_than_the_whole(
    gross_kg: int, permille: int
) -> None:
    kept = buffer_kg(gross_kg, permille)
    assert (kept - 1) * 1000 < gross_kg * permille <= kept * 1000
    assert 0 <= kept <= gross_kg


@given(
    gross_kg=st.integers(min_value=1, max_value=948_500),
    permille=st.integers(min_value=150, max_value=1000),
)
def test_every_unit_is_issued_once_into_buffer_or_account(gross_kg: int, permille: int) -> None:
    world, step = before("batch.issue")
    world.do(world.changed(step, gross_kg=gross_kg, buffer_permille=permille))
    blocks = list(world.books.all_blocks())
    assert [block.first for block in blocks] == [0, *(block.end for block in blocks[:-1])]
    assert blocks[-1].end == gross_kg
    assert blocks[0].place == "buffer/forest"
    assert blocks[0].quantity_kg == buffer_kg(gross_kg, permille)


@given(parts=st.lists(st.integers(min_value=1, max_value=400_000), min_size=1, max_size=5))
def test_several_runs_never_issue_more_than_was_verified(parts: list[int]) -> None:
    world, step = before("batch.issue")
    issued_kg = 0
    for run, gross_kg in enumerate(parts, start=1):
        asked = world.changed(step, run=run, gross_kg=gross_kg)
        if issued_kg + gross_kg > 948_500:
            assert refusal(world, asked).code is RefusalCode.MORE_THAN_VERIFIED
            break
        world.do(asked)
        issued_kg += gross_kg
    assert world.books.rows["project/0001"]["issued_kg"] == issued_kg


def locked_meanwhile(world: World, step: Step) -> Step:
    body = external_lock(PARCEL)
    world.do(world.step("external.lock", body, "registrar", officers(REGISTRAR, SUPERVISOR)))
    return world.changed(step)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(gross_kg=0), RefusalCode.FIELD_RANGE, id="nothing"),
        pytest.param(changing(run=100), RefusalCode.FIELD_RANGE, id="hundredth-run"),
        pytest.param(changing(buffer_permille=1001), RefusalCode.FIELD_RANGE, id="buffer-1001"),
        pytest.param(acting_as(FARM), RefusalCode.ACTOR_WRONG, id="the-owner-acts"),
        pytest.param(signed_by(ISSUER.key), RefusalCode.SIGNATURE_MISSING, id="one-officer"),
        pytest.param(
            signed_by(*officers(SUPERVISOR, REGISTRAR)),
            RefusalCode.SIGNATURE_MISSING,
            id="no-issuer",
        ),
        pytest.param(changing(report="0000ZZZZ"), RefusalCode.REPORT_UNKNOWN, id="no-report"),
        pytest.param(
            after_row(f"report/{REPORT}", verification=None),
            RefusalCode.REPORT_NOT_VERIFIED,
            id="not-verified",
        ),
        pytest.param(
            changing(attestation_seq=17), RefusalCode.REPORT_NOT_VERIFIED, id="other-attestation"
        ),
        pytest.param(changing(run=2), RefusalCode.RUN_WRONG, id="second-run-first"),
        pytest.param(again, RefusalCode.RUN_WRONG, id="same-run-twice"),
        pytest.param(
            changing(gross_kg=948_501), RefusalCode.MORE_THAN_VERIFIED, id="one-kilogram-too-many"
        ),
        pytest.param(
            changing(buffer_permille=149), RefusalCode.BUFFER_TOO_SMALL, id="buffer-14.9-percent"
        ),
        pytest.param(
            after_row("project/0001", track="CCER_RESERVE"),
            RefusalCode.TRACK_NOT_ISSUABLE,
            id="project-on-another-track",
        ),
        pytest.param(
            after_row(f"parcel/{PARCEL}", track="CCER_RESERVE"),
            RefusalCode.TRACK_NOT_ISSUABLE,
            id="parcel-left-for-another-track",
        ),
        pytest.param(locked_meanwhile, RefusalCode.PARCEL_LOCKED, id="a-ticket-came-to-light"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("batch.issue", spoil) is code


def test_a_second_run_takes_what_the_first_left() -> None:
    world, step = before("batch.issue")
    world.do(world.changed(step, gross_kg=900_000))
    refused = refusal(world, world.changed(step, run=2, gross_kg=48_501))
    assert refused.facts == {"gross_kg": 48_501, "verified_kg": 48_500}
    outcome = world.do(world.changed(step, run=2, gross_kg=48_500))
    assert outcome.movements[0].batch.endswith("-02")
