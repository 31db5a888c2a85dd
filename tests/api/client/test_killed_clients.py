"""A client may be killed at any step: started again, it has paid exactly as often as was wanted."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support import bodies
from tests.support.killed_client import run_client
from tests.support.ledger import Scene
from tests.support.served_scene import served

STEPS = 6
"""Of one payment: around the journal's line, the request, and the line of its outcome."""


def told(scene: Scene, port: int, journal: Path, count: int) -> dict[str, Any]:
    return {
        "actor": f"acct/{scene.owner}",
        "body": bodies.transfer(scene.owner, scene.buyer, quantity_kg=1),
        "count": count,
        "journal": str(journal),
        "now_us": scene.world.now_us,
        "seeds": [signer.seed.hex() for signer in scene.world.people[scene.owner]],
        "url": f"http://127.0.0.1:{port}",
    }


def pay_and_die(scene: Scene, journal: Path, steps: list[int], *, forgets: bool = False) -> int:
    """Let a client die at each of these steps, then finish; return how much more there is.

    The client wants one payment more than it dies times, so that there is always one to die in.
    """
    wanted = len(steps) + 1
    before = scene.world.registry.size()
    with served(scene.world) as port:
        orders = told(scene, port, journal, wanted)
        died = [run_client(orders, kill_at=step, forgets=forgets) for step in steps]
        assert died == [-signal.SIGKILL] * len(steps)
        assert run_client(orders, kill_at=0, forgets=forgets) == 0
    return scene.world.registry.size() - before - wanted


@pytest.mark.parametrize(
    "steps",
    [
        [2, 4, 5],
        pytest.param([*range(1, 2 * STEPS + 1)] * 2, marks=pytest.mark.faults),
    ],
    ids=len,
)
def test_whoever_resumes_has_paid_exactly_once(
    scene: Scene, tmp_path: Path, steps: list[int]
) -> None:
    assert pay_and_die(scene, tmp_path / "journal", steps) == 0


def test_whoever_signs_anew_what_was_sent_and_not_answered_pays_twice(
    scene: Scene, tmp_path: Path
) -> None:
    assert pay_and_die(scene, tmp_path / "journal", [4], forgets=True) > 0
