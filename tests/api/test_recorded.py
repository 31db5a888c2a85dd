"""Whoever sent an order and heard nothing can ask what became of it."""

from urllib.parse import urlencode

import pytest

from tests.support.service import Service, is_problem, step_of

TRANSFER = step_of("units.transfer")
NOBODYS = "01JTEST0000000000000000000"


def asked(**changes: str) -> str:
    names = {"actor": TRANSFER.order["actor"], "nonce": TRANSFER.order["nonce"], **changes}
    return f"/v1/orders?{urlencode(names)}"


def test_a_recorded_order_is_found_by_its_actor_and_nonce(before_transfer: Service) -> None:
    receipt = before_transfer.post(TRANSFER.envelope()).json()
    assert before_transfer.get(asked()) == receipt


def test_an_order_that_is_not_there_is_absent_as_of_a_named_moment(
    before_transfer: Service,
) -> None:
    size, root = before_transfer.state
    answer = before_transfer.client.get(asked())
    assert answer.status_code == 404
    assert is_problem(answer)
    assert answer.headers["ledger-head"] == f"{size} {root.hex()}"


def test_another_actors_order_is_not_found(before_transfer: Service) -> None:
    before_transfer.post(TRANSFER.envelope())
    for changes in ({"actor": "registrar"}, {"nonce": NOBODYS}):
        assert before_transfer.client.get(asked(**changes)).status_code == 404


def test_a_node_that_is_behind_does_not_say_that_nothing_is_there(
    before_transfer: Service,
) -> None:
    size, _ = before_transfer.state
    answer = before_transfer.client.get(asked(), headers={"ledger-at-least": str(size + 1)})
    assert answer.status_code == 412
    assert is_problem(answer)


@pytest.mark.parametrize(
    "changes",
    [{"actor": ""}, {"actor": "acct/1\x00"}, {"actor": "registrar\n"}, {"nonce": "1"}],
    ids=["no-actor", "zero-byte", "line-end", "short-nonce"],
)
def test_what_cannot_be_an_order_is_not_looked_for(
    before_transfer: Service, changes: dict[str, str]
) -> None:
    answer = before_transfer.client.get(asked(**changes))
    assert answer.status_code == 422
    assert is_problem(answer)
