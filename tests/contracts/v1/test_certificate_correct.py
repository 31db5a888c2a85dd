"""`certificate.correct` (更正): texts before and after; numbers, quantities and serials never."""

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from tests.support.life_bodies import certificate_correct, correction
from tests.support.life_steps import CLAIM_PAPER, ENTERPRISE_PAPER, EVENT_PAPER
from tests.support.main_steps import ISSUER, REGISTRAR, SUPERVISOR, officers
from tests.support.refusing import Spoil, again, change_row, changing, code_of, refusal, signed_by
from tests.support.scenario import before
from tests.support.world import Step, World

RETIREMENT = "retire/000000YY"


def erratum(world: World, number: str, *corrections: Json) -> Step:
    keys = officers(REGISTRAR, SUPERVISOR)
    body = certificate_correct(number, *corrections)
    return world.step("certificate.correct", body, "registrar", keys)


def test_an_erratum_keeps_both_texts_and_supersedes_the_files_there_are() -> None:
    world, step = before("certificate.correct")
    text, row = world.do(step).rows
    assert text.key == f"erratum/{CLAIM_PAPER}/claimant.zh"
    assert (text.value["before"], text.value["after"]) == ("示例会展公司", "示例会展有限公司")
    assert (row.value["state"], row.value["copies_superseded"]) == ("superseded", 1)
    assert row.value["errata"] == ["claimant.zh"]


def test_a_second_erratum_begins_where_the_first_one_ended() -> None:
    world, step = before("certificate.correct")
    world.do(step)
    first = correction("claimant", "示例会展公司", "别的公司")
    assert refusal(world, erratum(world, CLAIM_PAPER, first)).code is RefusalCode.TEXT_NOT_PRINTED
    second = correction("claimant", "示例会展有限公司", "示例会展股份有限公司")
    english = correction("conclusion", None, "Example Event 2026 is neutral", language="en")
    world.do(erratum(world, CLAIM_PAPER, second, english))
    status = world.books.rows[f"status/{CLAIM_PAPER}"]
    assert status["errata"] == ["claimant.zh", "conclusion.en"]
    assert world.books.rows[f"erratum/{CLAIM_PAPER}/conclusion.en"]["before"] is None


@pytest.mark.parametrize(
    ("number", "field", "printed"),
    [
        pytest.param(EVENT_PAPER, "beneficiary", "示例会展公司", id="beneficiary"),
        pytest.param(CLAIM_PAPER, "venue", "示例会展中心", id="venue"),
        pytest.param(CLAIM_PAPER, "name", "示例大会2026", id="title"),
        pytest.param(CLAIM_PAPER, "evaluator", "示例会展公司", id="evaluator"),
    ],
)
def test_a_printed_text_can_be_corrected(number: str, field: str, printed: str) -> None:
    world, _ = before("certificate.correct")
    world.do(erratum(world, number, correction(field, printed, "更正后的文字")))
    assert world.books.rows[f"erratum/{number}/{field}.zh"]["after"] == "更正后的文字"


@pytest.mark.parametrize(
    ("number", "field"),
    [
        pytest.param(EVENT_PAPER, "claimant", id="a-retirement-has-no-claimant"),
        pytest.param(ENTERPRISE_PAPER, "payer", id="nobody-paid"),
        pytest.param(CLAIM_PAPER, "beneficiary", id="a-claim-has-no-beneficiary"),
    ],
)
def test_a_text_that_is_not_printed_has_nothing_to_correct(number: str, field: str) -> None:
    world, _ = before("certificate.correct")
    refused = refusal(world, erratum(world, number, correction(field, None, "示例")))
    assert refused.code is RefusalCode.TEXT_NOT_PRINTED


def test_the_name_of_a_person_never_gets_into_the_log() -> None:
    world, _ = before("certificate.correct")
    change_row(world, RETIREMENT, beneficiary={"person": "ab" * 32})
    step = erratum(world, ENTERPRISE_PAPER, correction("beneficiary", None, "某人"))
    assert refusal(world, step).code is RefusalCode.TEXT_NOT_PRINTED


def numbers_and_quantities() -> list[str]:
    return ["quantity_kg", "batches", "uscc", "number", "retired_seq", "dates", "serials"]


@pytest.mark.parametrize("field", numbers_and_quantities())
def test_numbers_quantities_and_serials_are_never_corrected(field: str) -> None:
    world, _ = before("certificate.correct")
    step = erratum(world, CLAIM_PAPER, correction(field, "1", "2"))
    assert refusal(world, step).code is RefusalCode.CHOICE_UNKNOWN


TWICE: Json = [correction("name", "示例大会2026", one) for one in ("甲", "乙")]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(corrections=[]), RefusalCode.TOO_MANY_ITEMS, id="nothing-corrected"),
        pytest.param(changing(corrections=TWICE), RefusalCode.DUPLICATE_ITEM, id="a-text-twice"),
        pytest.param(
            changing(corrections=[correction("name", "示例", "示例")]),
            RefusalCode.FIELD_FORMAT,
            id="nothing-changes",
        ),
        pytest.param(
            signed_by(*officers(ISSUER, SUPERVISOR)),
            RefusalCode.SIGNATURE_MISSING,
            id="issuer-for-registrar",
        ),
        pytest.param(
            changing(number="TH-RT-2026-0000ZZZ-A"),
            RefusalCode.CERTIFICATE_UNKNOWN,
            id="nothing-recorded",
        ),
        pytest.param(again, RefusalCode.TEXT_NOT_PRINTED, id="corrected-already"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("certificate.correct", spoil) is code


def test_a_suspended_certificate_is_not_corrected() -> None:
    world, step = before("certificate.reinstate")
    del step
    refused = refusal(
        world, erratum(world, ENTERPRISE_PAPER, correction("beneficiary", "示例企业", "示例"))
    )
    assert refused.code is RefusalCode.CERTIFICATE_STATE_WRONG
