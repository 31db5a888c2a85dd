"""Orders: their seven fields, their lifetime, and kinds that nobody knows."""

import pytest

from contracts.orders import Order, check_time, read_order
from contracts.refusal import RefusalCode, Refused
from contracts.v1.ruleset import RULES
from contracts.values import ORDER_LIFE_US, Json, Moment
from tests.support.main_steps import ISSUER
from tests.support.refusing import refusal
from tests.support.scenario import after, main_job, whole_world

GOOD = main_job()[0].order


def code(**fields: Json) -> RefusalCode:
    with pytest.raises(Refused) as caught:
        read_order({key: value for key, value in {**GOOD, **fields}.items() if value is not ...})
    return caught.value.code


def test_reads_every_order_of_the_main_job() -> None:
    for step in main_job():
        order = read_order(step.order)
        assert (order.kind, order.body) == (step.kind, step.body)


def test_the_whole_job_has_every_kind_but_a_new_rule_set_and_the_end() -> None:
    assert set(RULES) - {step.kind for step in whole_world().steps} == {
        "rules.activate",
        "log.freeze",
    }


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_field_is_needed(name: str) -> None:
    assert code(**{name: ...}) is RefusalCode.FIELD_MISSING


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"extra": 1}, RefusalCode.FIELD_UNKNOWN, id="an-eighth-field"),
        pytest.param({"actor": "officer"}, RefusalCode.FIELD_FORMAT, id="actor"),
        pytest.param({"actor": "acct/../x"}, RefusalCode.FIELD_FORMAT, id="actor-path"),
        pytest.param({"body": []}, RefusalCode.FIELD_TYPE, id="body-is-a-list"),
        pytest.param({"kind": "Registry.Open"}, RefusalCode.FIELD_FORMAT, id="kind-in-capitals"),
        pytest.param({"log": "HTTP://x"}, RefusalCode.FIELD_FORMAT, id="origin"),
        pytest.param({"nonce": "8" + "0" * 25}, RefusalCode.FIELD_FORMAT, id="nonce-too-large"),
        pytest.param({"nonce": "0" * 25}, RefusalCode.FIELD_FORMAT, id="nonce-too-short"),
        pytest.param({"nonce": "0" * 25 + "I"}, RefusalCode.FIELD_FORMAT, id="nonce-alphabet"),
        pytest.param({"rules": "a5"}, RefusalCode.FIELD_FORMAT, id="rules"),
        pytest.param({"valid_until_us": -1}, RefusalCode.FIELD_RANGE, id="before-1970"),
        pytest.param({"valid_until_us": 2**53}, RefusalCode.FIELD_RANGE, id="2^53"),
        pytest.param({"valid_until_us": "1"}, RefusalCode.FIELD_TYPE, id="time-as-text"),
    ],
)
def test_refuses(fields: dict[str, Json], expected: RefusalCode) -> None:
    assert code(**fields) is expected


def order(valid_until_us: int) -> Order:
    return read_order({**GOOD, "valid_until_us": valid_until_us})


def test_an_order_holds_to_its_last_microsecond_and_at_most_thirty_days() -> None:
    now = Moment(seq=1, at_us=1_000)
    check_time(order(1_000), now)
    check_time(order(1_000 + ORDER_LIFE_US), now)
    for valid_until_us, expected in (
        (999, RefusalCode.ORDER_EXPIRED),
        (1_001 + ORDER_LIFE_US, RefusalCode.VALID_TOO_LONG),
    ):
        with pytest.raises(Refused) as caught:
            check_time(order(valid_until_us), now)
        assert caught.value.code is expected


def test_a_kind_that_no_rule_decides_is_refused() -> None:
    world = after("account.keys")
    step = world.step("units.mint", {}, "registrar", [ISSUER.key])
    refused = refusal(world, step)
    assert refused.code is RefusalCode.KIND_UNKNOWN
    assert refused.facts == {"kind": "units.mint"}
