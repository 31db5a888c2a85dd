"""Values of a wrong type where records are matched: refused by their form, and only they are."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.refusal import RefusalCode
from contracts.values import Json
from ledger.log.canonical import canonical
from tests.support.service import Service, copied_service, step_of

WRONG: list[Json] = [[], ["approve"], [{}], {}, {"x": 1}, True, 7]


def spoilt(commitment: Json) -> bytes:
    """Return an account's opening with such a commitment; nobody has signed it."""
    envelope = json.loads(step_of("account.open").envelope())
    envelope["order"]["body"]["commitment"] = commitment
    return canonical(envelope)


@pytest.fixture
def service(stations: dict[str, Path], tmp_path: Path) -> Service:
    """The service just before the first account is opened."""
    step = step_of("account.open")
    return copied_service(stations[step.kind], tmp_path / "own", step.at_us)


@pytest.mark.parametrize("commitment", WRONG, ids=str)
def test_a_commitment_of_a_wrong_type_is_refused(service: Service, commitment: Json) -> None:
    state = service.state
    answer = service.post(spoilt(commitment))

    assert answer.status_code in (400, 403), answer.text
    assert answer.json()["code"] in list(RefusalCode)
    assert service.state == state
    service.close()


def test_a_poisoned_line_does_not_stop_the_lines_beside_it(service: Service) -> None:
    step = step_of("account.open")
    other = replace(step, order={**step.order, "nonce": f"01JTEST{9:019d}"})
    answer = service.post_lines(spoilt(["approve"]), step.envelope(), other.envelope())
    first, second, _ = (json.loads(line) for line in answer.content.splitlines())

    assert answer.status_code == 200
    assert "code" in first
    assert second["status"] == "recorded"
    service.close()
