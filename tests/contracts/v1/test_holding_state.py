"""`holding.state`: all that an account holds at its entry, who may ask, and what is refused."""

import pytest

from contracts.refusal import RefusalCode
from contracts.v1.certificate_record import certificate_number
from contracts.values import Movement
from tests.support import life_bodies, life_steps, unit_bodies
from tests.support.main_steps import (
    ENTERPRISE_ID,
    FARM_CLERK,
    FARM_HEAD,
    FARM_ID,
    ISSUER,
    REGISTRAR,
    SERVICE,
    SUPERVISOR,
    VERIFIER_ID,
    officers,
)
from tests.support.people import key
from tests.support.refusing import Spoil, acting_as, changing, code_of, refusal, signed_by
from tests.support.scenario import before
from tests.support.world import Step, World


def held_by(world: World, account: str) -> list[tuple[str, int, int]]:
    place = f"acct/{account}"
    blocks = [block for block in world.books.all_blocks() if block.place == place]
    return [(block.batch, block.first, block.end) for block in blocks]


def test_states_every_block_of_the_account_and_moves_none() -> None:
    world, step = before("holding.state")
    outcome = world.do(step)
    (row,) = outcome.rows
    ranges = [(one["batch"], one["first"], one["end"]) for one in row.value["ranges"]]
    assert outcome.movements == ()
    assert ranges == held_by(world, FARM_ID)
    assert row.value["quantity_kg"] == sum(end - first for _, first, end in ranges)
    assert [one["quantity_kg"] for one in row.value["batches"]] == [row.value["quantity_kg"]]
    assert row.value["stated_seq"] == step.seq


def test_what_two_accounts_state_has_two_numbers() -> None:
    world, step = before("holding.state")
    world.do(step)
    other = world.step("holding.state", {"account": ENTERPRISE_ID}, "registrar", [REGISTRAR.key])
    (row,) = world.do(other).rows
    assert (row.value["account"], row.value["stated_seq"]) == (ENTERPRISE_ID, step.seq + 1)


def test_a_statement_has_a_paper_under_the_number_of_its_entry() -> None:
    world, step = before("holding.state")
    (row,) = world.do(step).rows
    number = certificate_number("HD", step.seq, step.at_us)
    body = unit_bodies.certificate_record(number, row.key)
    certificate, _ = world.do(
        world.step("certificate.record", body, "service/certificates", [SERVICE])
    ).rows
    assert (certificate.value["kind"], certificate.value["subject"]) == ("HD", row.key)


def recorded() -> tuple[World, str]:
    """Return a world in which a statement has its paper, and the paper's number."""
    world, step = before("holding.state")
    (row,) = world.do(step).rows
    number = certificate_number("HD", step.seq, step.at_us)
    body = unit_bodies.certificate_record(number, row.key)
    world.do(world.step("certificate.record", body, "service/certificates", [SERVICE]))
    return world, number


def test_a_statements_paper_is_suspended_and_revoked_like_others() -> None:
    world, number = recorded()
    for event, reason in (("suspend", "suspected_error"), ("revoke", "issued_in_error")):
        life_steps.standing(world, event, number, reason)
    assert world.books.rows[f"status/{number}"]["state"] == "revoked"


def test_a_statements_paper_never_expires_and_has_no_text_to_correct() -> None:
    world, number = recorded()
    expiry = world.step("certificate.expire", {"number": number}, "service/certificates", [SERVICE])
    assert refusal(world, expiry).code is RefusalCode.CERTIFICATE_UNLIMITED
    changed = life_bodies.correction("name", None, "示例")
    body = life_bodies.certificate_correct(number, changed)
    erratum = world.step("certificate.correct", body, "registrar", officers(REGISTRAR, SUPERVISOR))
    assert refusal(world, erratum).code is RefusalCode.TEXT_NOT_PRINTED


def test_a_paper_under_another_number_is_refused() -> None:
    world, step = before("holding.state")
    (row,) = world.do(step).rows
    number = certificate_number("HD", step.seq - 1, step.at_us)
    body = unit_bodies.certificate_record(number, row.key)
    refused = refusal(
        world, world.step("certificate.record", body, "service/certificates", [SERVICE])
    )
    assert refused.code is RefusalCode.CERTIFICATE_NUMBER_WRONG


def emptied(world: World, step: Step) -> Step:
    return world.step("holding.state", {"account": VERIFIER_ID}, "registrar", [REGISTRAR.key])


def nothing_held(world: World, step: Step) -> Step:
    moves = [Movement(*part, f"acct/{FARM_ID}", "retired/1") for part in held_by(world, FARM_ID)]
    world.books.apply(moves, ())
    return world.changed(step)


def scattered(blocks: int) -> Spoil:
    """Give every second kilogram of the farm's first units away."""

    def spoil(world: World, step: Step) -> Step:
        batch, first, _ = held_by(world, FARM_ID)[0]
        source, target = f"acct/{FARM_ID}", f"acct/{ENTERPRISE_ID}"
        singles = range(first + 1, first + 2 * blocks - 1, 2)
        moves = [Movement(batch, one, one + 1, source, target) for one in singles]
        world.books.apply(moves, ())
        return world.changed(step)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(changing(account="farm"), RefusalCode.FIELD_FORMAT, id="no-id"),
        pytest.param(changing(quantity_kg=1), RefusalCode.FIELD_UNKNOWN, id="only-a-part"),
        pytest.param(
            acting_as(f"acct/{ENTERPRISE_ID}"), RefusalCode.ACTOR_WRONG, id="another-holder"
        ),
        pytest.param(signed_by(FARM_CLERK.key), RefusalCode.SIGNATURE_MISSING, id="one-of-two"),
        pytest.param(
            signed_by(*officers(FARM_CLERK, FARM_HEAD, REGISTRAR)),
            RefusalCode.SIGNATURE_SURPLUS,
            id="an-officer-besides",
        ),
        pytest.param(signed_by(key("nobody")), RefusalCode.KEY_UNKNOWN, id="stranger"),
        pytest.param(emptied, RefusalCode.ACCOUNT_TYPE_WRONG, id="a-verifiers-account"),
        pytest.param(nothing_held, RefusalCode.BALANCE_TOO_LOW, id="nothing-held"),
        pytest.param(scattered(129), RefusalCode.TOO_MANY_RANGES, id="too-many-ranges"),
    ],
)
def test_refuses(spoil: Spoil, code: RefusalCode) -> None:
    assert code_of("holding.state", spoil) is code


def test_an_unknown_account_is_refused_to_an_officer() -> None:
    world, _ = before("holding.state")
    asked = world.step("holding.state", {"account": "0000ZZZZ"}, "registrar", [REGISTRAR.key])
    assert refusal(world, asked).code is RefusalCode.ACCOUNT_UNKNOWN


def test_another_officer_than_the_registrars_may_not_ask() -> None:
    world, _ = before("holding.state")
    asked = world.step("holding.state", {"account": FARM_ID}, "registrar", [ISSUER.key])
    assert refusal(world, asked).code is RefusalCode.SIGNATURE_MISSING


def test_as_many_ranges_as_an_entry_moves_are_stated() -> None:
    world, step = before("holding.state")
    changed = scattered(128)(world, step)
    (row,) = world.do(changed).rows
    assert len(row.value["ranges"]) == 128
