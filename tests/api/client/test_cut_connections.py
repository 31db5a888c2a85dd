"""Over connections that are cut, repeated and reordered, every payment is made exactly once."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from api.client import Client, Patience, Receipt, UnknownOutcomeError
from api.drafting.draft import Draft
from ledger.audit.audit import audit
from tests.support.cut_orders import Outcome, patiently, pay_all
from tests.support.cutting_http import FATES
from tests.support.ledger import Scene

AT_ONCE = Patience(deadline_s=0)


def check_exactly_once(outcome: Outcome) -> None:
    assert outcome.recorded == outcome.wanted
    assert outcome.acknowledged == outcome.wanted
    assert outcome.lost == 0
    assert all(outcome.fired[fate] for fate in FATES), outcome.fired


@pytest.mark.parametrize(
    "count",
    [
        120,
        pytest.param(2_000, marks=pytest.mark.faults),
        pytest.param(100_000, marks=pytest.mark.soak),
    ],
)
def test_every_payment_is_made_exactly_once(scene: Scene, tmp_path: Path, count: int) -> None:
    check_exactly_once(pay_all(scene, tmp_path, count, patiently))
    assert audit(scene.world.registry.settings).ok


def anew(client: Client, draft: Draft, new: Callable[[], Draft]) -> Receipt | None:
    """Sign another order whenever no answer came, as somebody does who knows no nonces."""
    while True:
        try:
            return hasty(client).submit(draft)
        except UnknownOutcomeError:
            draft = new()


def never_again(client: Client, draft: Draft, _new: Callable[[], Draft]) -> Receipt | None:
    """Take the silence for a failure, and do not ask."""
    try:
        return hasty(client).submit(draft)
    except UnknownOutcomeError:
        return None


def hasty(client: Client) -> Client:
    """Let the client give up after its first attempt."""
    asking = client._asking
    asking._patience = dataclasses.replace(asking._patience, deadline_s=0)
    return client


def test_whoever_signs_anew_pays_twice(scene: Scene, tmp_path: Path) -> None:
    outcome = pay_all(scene, tmp_path, 60, anew)
    assert outcome.recorded > outcome.wanted


def test_whoever_does_not_ask_again_knows_less_than_was_recorded(
    scene: Scene, tmp_path: Path
) -> None:
    outcome = pay_all(scene, tmp_path, 60, never_again)
    assert outcome.acknowledged < outcome.recorded or outcome.recorded < outcome.wanted
