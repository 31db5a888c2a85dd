"""`certificate.record`: numbers derive from what is stated, copies count, a file stands once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from contracts.refusal import RefusalCode
from contracts.v1.certificate_record import certificate_number
from tests.support.main_steps import REGISTRAR, SERVICE
from tests.support.people import hex_digest
from tests.support.refusing import (
    Spoil,
    acting_as,
    again,
    change_row,
    changing,
    code_of,
    refusal,
    signed_by,
)
from tests.support.scenario import before
from tests.support.world import Step, World

NEW_YEAR_2026_US = 1_767_196_800_000_000
"""2026-01-01 00:00 Beijing time."""


def test_records_the_file_and_the_copy() -> None:
    world, step = before("certificate.record")
    number = str(step.body["number"])
    certificate, file = world.do(step).rows
    assert number.startswith("TH-RT-2026-000000R-")
    assert certificate.key == f"cert/{number}"
    assert (certificate.value["kind"], certificate.value["subject"]) == ("RT", "retire/000000RR")
    assert certificate.value["copies"][0]["recorded_seq"] == step.seq
    assert file.key == f"file/{step.body['sha256']}"
    assert file.value == {"copy": 1, "number": number}


def test_a_claims_certificate_takes_its_number_from_the_completion() -> None:
    world, step = before("certificate.record", nth=1)
    assert str(step.body["number"]).startswith("TH-CL-2026-000000S-")
    assert world.do(step).rows[0].value["subject"] == "claim/000000PP"


def right_of(seq: int) -> Spoil:
    """Record the registration of the first parcel under the number of an entry."""

    def spoil(world: World, step: Step) -> Step:
        parcel = world.books.row("parcel/000000BB")
        assert parcel is not None
        at_us = parcel["registered_at_us"]
        assert isinstance(at_us, int)
        number = certificate_number("RG", seq, at_us)
        return world.changed(step, number=number, subject="parcel/000000BB")

    return spoil


def test_a_parcels_certificate_takes_its_number_from_the_registration() -> None:
    world, step = before("certificate.record")
    certificate, _ = world.do(right_of(11)(world, step)).rows
    assert (certificate.value["kind"], certificate.value["subject"]) == ("RG", "parcel/000000BB")
    assert code_of("certificate.record", right_of(12)) is RefusalCode.CERTIFICATE_NUMBER_WRONG


def test_the_number_of_the_worked_example() -> None:
    assert certificate_number("RT", 42, NEW_YEAR_2026_US).startswith("TH-RT-2026-000001A-")


def test_the_year_is_that_of_beijing() -> None:
    assert certificate_number("RT", 42, NEW_YEAR_2026_US - 1).startswith("TH-RT-2025-")


@given(kind=st.sampled_from(["RT", "CL"]), seq=st.integers(min_value=0, max_value=2**40))
def test_every_number_carries_its_check_character(kind: str, seq: int) -> None:
    number = certificate_number(kind, seq, NEW_YEAR_2026_US)
    assert mod_37_36.is_valid(number.replace("-", ""))


def test_a_second_copy_comes_after_the_first() -> None:
    world, step = before("certificate.record")
    world.do(step)
    second = world.changed(step, copy=2, sha256=hex_digest("second copy"))
    copies = world.do(second).rows[0].value["copies"]
    assert [copy["copy"] for copy in copies] == [1, 2]


def uncompleted_claim(world: World, step: Step) -> Step:
    number = certificate_number("CL", 22, step.at_us)
    row = world.books.rows["claim/000000PP"]
    world.books.rows["claim/000000PP"] = {**row, "completion": None}
    return world.changed(step, number=number, subject="claim/000000PP")


def same_file_for_another(world: World, step: Step) -> Step:
    world.do(step)
    other = before("certificate.record", nth=1)[1]
    return world.changed(other, sha256=step.body["sha256"])


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(number="TH-XX-2026-000000R-A"), RefusalCode.FIELD_FORMAT, id="kind"),
        pytest.param(changing(copy=0), RefusalCode.FIELD_RANGE, id="copy-zero"),
        pytest.param(changing(subject="acct/00000044"), RefusalCode.FIELD_FORMAT, id="an-account"),
        pytest.param(acting_as("registrar"), RefusalCode.ACTOR_WRONG, id="registrar-acts"),
        pytest.param(acting_as("service/other"), RefusalCode.ACTOR_WRONG, id="other-service"),
        pytest.param(signed_by(REGISTRAR.key), RefusalCode.SIGNATURE_MISSING, id="officer-signs"),
        pytest.param(
            signed_by(SERVICE, REGISTRAR.key), RefusalCode.SIGNATURE_SURPLUS, id="officer-too"
        ),
        pytest.param(changing(subject="retire/0000ZZZZ"), RefusalCode.SUBJECT_UNKNOWN, id="none"),
        pytest.param(uncompleted_claim, RefusalCode.SUBJECT_UNKNOWN, id="claim-not-complete"),
        pytest.param(
            changing(subject="claim/000000PP"),
            RefusalCode.CERTIFICATE_NUMBER_WRONG,
            id="number-of-another",
        ),
        pytest.param(changing(copy=2), RefusalCode.CERTIFICATE_COPY_WRONG, id="second-first"),
        pytest.param(again, RefusalCode.CERTIFICATE_COPY_WRONG, id="first-twice"),
        pytest.param(same_file_for_another, RefusalCode.FILE_ALREADY_RECORDED, id="same-file"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("certificate.record", spoil) is code


def test_a_wrong_check_character_is_another_number() -> None:
    world, step = before("certificate.record")
    number = str(step.body["number"])
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    refused = refusal(world, world.changed(step, number=wrong))
    assert refused.code is RefusalCode.CERTIFICATE_NUMBER_WRONG
    assert refused.facts == {"expected": number}


def test_copies_stop_before_the_row_outgrows_an_entry() -> None:
    world, step = before("certificate.record")
    copies = world.do(step).rows[0].value["copies"]
    change_row(world, f"cert/{step.body['number']}", copies=copies * 110)
    asked = world.changed(step, copy=111, sha256=hex_digest("copy 111"))
    assert refusal(world, asked).code is RefusalCode.TOO_LARGE
