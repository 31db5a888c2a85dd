"""`project.register`: whose parcels, on which one track, for how long."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.main_bodies import AREA_M2, external_lock
from tests.support.main_steps import (
    ENTERPRISE_ID,
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    REGISTRAR,
    SUPERVISOR,
    officers,
)
from tests.support.people import hex_digest
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
from tests.support.scenario import after, before
from tests.support.world import Step, World

PARCELS = ("000000BB", "000000CC")
CCER = changing(number="0002", track="CCER_RESERVE", ccer_warning_accepted=False)
WITH_BASIS = both(
    CCER,
    changing(legal_basis_sha256=hex_digest("legal basis")),
    signed_by(*officers(FARM_CLERK, FARM_HEAD, REGISTRAR, SUPERVISOR)),
)


def crediting(start: str, end: str) -> Spoil:
    return changing(crediting_period={"end": end, "start": start})


def test_puts_the_parcels_on_the_track() -> None:
    world, step = before("project.register")
    *parcels, project = world.do(step).rows
    assert [row.key for row in parcels] == [f"parcel/{name}" for name in PARCELS]
    assert {(row.value["track"], *row.value["projects"]) for row in parcels} == {("LOCAL", "0001")}
    assert project.key == "project/0001"
    assert project.value["area_m2"] == 2 * AREA_M2
    assert project.value["counties"] == ["150222"]
    assert (project.value["runs"], project.value["issued_kg"]) == (0, 0)
    assert project.value["validation"] is None
    assert project.value["registered_seq"] == step.seq


def test_two_local_projects_share_a_parcel_only_one_after_the_other() -> None:
    world, step = before("project.register")
    world.do(step)
    overlapping = both(changing(number="0002"), crediting("2041-08-31", "2050-08-30"))
    refused = refusal(world, overlapping(world, step))
    assert refused.code is RefusalCode.TRACK_EXCLUSIVE
    following = both(changing(number="0002"), crediting("2041-09-01", "2050-08-31"))
    rows = world.do(following(world, step)).rows
    assert rows[0].value["projects"] == ["0001", "0002"]


def test_a_legal_basis_lets_an_issued_parcel_leave_once_and_ends_its_issuance() -> None:
    world = after("batch.issue")
    _, step = before("project.register")
    world.do(WITH_BASIS(world, step))
    assert world.books.rows["parcel/000000BB"]["track"] == "CCER_RESERVE"
    _, issuance = before("batch.issue")
    change_row(world, "report/000000HH", issued_kg=0)
    refused = refusal(world, world.changed(issuance, run=2))
    assert refused.code is RefusalCode.TRACK_NOT_ISSUABLE
    second = both(WITH_BASIS, changing(number="0003"))
    refused = refusal(world, second(world, step))
    assert refused.code is RefusalCode.TRACK_EXCLUSIVE


def after_issuance(spoil: Spoil) -> Spoil:
    def late(world: World, step: Step) -> Step:
        world.books.rows.update(after("batch.issue").books.rows)
        return spoil(world, step)

    return late


def after_a_lock(world: World, step: Step) -> Step:
    body = external_lock(PARCELS[0])
    world.do(world.step("external.lock", body, "registrar", officers(REGISTRAR, SUPERVISOR)))
    return world.changed(step)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(number="12345"), RefusalCode.FIELD_FORMAT, id="long-number"),
        pytest.param(changing(track="EXTERNAL"), RefusalCode.CHOICE_UNKNOWN, id="external-track"),
        pytest.param(changing(activity="mining"), RefusalCode.CHOICE_UNKNOWN, id="eighth-activity"),
        pytest.param(
            changing(parcels=[PARCELS[0]] * 2), RefusalCode.DUPLICATE_ITEM, id="a-parcel-twice"
        ),
        pytest.param(changing(parcels=[]), RefusalCode.TOO_MANY_ITEMS, id="without-parcels"),
        pytest.param(
            signed_by(*officers(FARM_CLERK, FARM_HEAD)),
            RefusalCode.SIGNATURE_MISSING,
            id="no-officer",
        ),
        pytest.param(
            changing(legal_basis_sha256="ab" * 32),
            RefusalCode.SIGNATURE_MISSING,
            id="legal-basis-with-one-officer",
        ),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(
            after_row(f"acct/{FARM_ID}", type="agent"),
            RefusalCode.ACCOUNT_TYPE_WRONG,
            id="not-a-holder",
        ),
        pytest.param(again, RefusalCode.PROJECT_NUMBER_TAKEN, id="number-taken"),
        pytest.param(changing(parcels=["0000ZZZZ"]), RefusalCode.PARCEL_UNKNOWN, id="no-parcel"),
        pytest.param(
            after_row(f"parcel/{PARCELS[1]}", account=ENTERPRISE_ID),
            RefusalCode.PARCEL_NOT_OWNED,
            id="somebody-elses-parcel",
        ),
        pytest.param(
            after_row(f"parcel/{PARCELS[1]}", ecosystem="W"),
            RefusalCode.ECOSYSTEMS_MIXED,
            id="forest-and-wetland",
        ),
        pytest.param(
            changing(activity="degraded_grassland"),
            RefusalCode.ACTIVITY_ECOSYSTEM_WRONG,
            id="grassland-activity-in-a-forest",
        ),
        pytest.param(
            changing_in("methodology", version="2"),
            RefusalCode.METHODOLOGY_UNKNOWN,
            id="unknown-methodology",
        ),
        pytest.param(after_a_lock, RefusalCode.PARCEL_LOCKED, id="a-foreign-ticket"),
        pytest.param(
            both(again, changing(number="0002")), RefusalCode.TRACK_EXCLUSIVE, id="same-period"
        ),
        pytest.param(both(again, CCER), RefusalCode.TRACK_EXCLUSIVE, id="local-then-ccer"),
        pytest.param(
            after_row(f"parcel/{PARCELS[0]}", track="CCER_RESERVE", projects=["0009"]),
            RefusalCode.TRACK_EXCLUSIVE,
            id="ccer-then-local",
        ),
        pytest.param(
            after_issuance(CCER), RefusalCode.LOCAL_ISSUANCE_BARS_CCER, id="issued-then-ccer"
        ),
        pytest.param(
            changing(ccer_warning_accepted=False),
            RefusalCode.CCER_WARNING_NOT_ACCEPTED,
            id="warning-not-accepted",
        ),
        pytest.param(
            crediting("2021-09-01", "2022-08-30"),
            RefusalCode.CREDITING_PERIOD_WRONG,
            id="a-day-short-of-a-year",
        ),
        pytest.param(
            crediting("2021-09-01", "2061-09-01"),
            RefusalCode.CREDITING_PERIOD_WRONG,
            id="forty-years-and-a-day",
        ),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("project.register", spoil) is code


@pytest.mark.parametrize(
    "period",
    [
        pytest.param(("2021-09-01", "2022-08-31"), id="one-year"),
        pytest.param(("2021-09-01", "2061-08-31"), id="forty-years"),
        pytest.param(("2024-02-29", "2025-02-27"), id="from-a-leap-day"),
    ],
)
def test_the_crediting_period_counts_whole_years(period: tuple[str, str]) -> None:
    world, step = before("project.register")
    assert world.do(crediting(*period)(world, step)).rows


def test_ccer_reserve_takes_any_methodology_and_needs_no_warning() -> None:
    world, step = before("project.register")
    method: Json = {"id": "CCER-14-001-V01", "sha256": hex_digest("ccer"), "version": "1"}
    rows = world.do(world.changed(CCER(world, step), methodology=method)).rows
    assert rows[0].value["track"] == "CCER_RESERVE"
