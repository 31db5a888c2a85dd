"""The audit computes every committed state again and names the first commitment that is wrong."""

from pathlib import Path

import pytest

from contracts.refusal import Refused
from contracts.values import Json
from ledger.audit.audit import AuditReport, audit
from ledger.log.entry import Entry
from ledger.replay.replay import ReplayState
from ledger.state.fold import root_of, supply_of
from tests.support import bodies
from tests.support.ledger import SERVICES, Scene, open_scene
from tests.support.signing import sign


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path)


def state_after(scene: Scene, through: int) -> dict[str, Json]:
    state = ReplayState()
    for seq in range(through + 1):
        state.take(scene.world.registry.entry(seq))
    supply = dict(supply_of(state.books))
    return {"root": root_of(state.books).hex(), "supply": supply, "through": through}


def commit(scene: Scene, behind: int = 0, **fields: Json) -> Entry:
    """Commit the state as it was `behind` entries ago, told otherwise in some fields."""
    through = scene.world.registry.size() - 1 - behind
    body = {**state_after(scene, through), **fields}
    order = scene.world.order("state.commit", "service/state", body)
    (answer,) = scene.world.submit(sign(order, [SERVICES["state.commit"]]))
    assert not isinstance(answer, Refused)
    return answer


def trade(scene: Scene, quantity_kg: int) -> None:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
    scene.world.act("units.transfer", body)
    body = bodies.retirement(scene.buyer, quantity_kg=quantity_kg // 2)
    scene.world.act("units.retire", body)


def audited(scene: Scene) -> AuditReport:
    return audit(scene.world.registry.settings)


def test_true_commitments_hold_also_late_ones(scene: Scene) -> None:
    commit(scene)
    for quantity_kg in (10, 400, 6):
        trade(scene, quantity_kg)
        trade(scene, quantity_kg)
        commit(scene, behind=1)
    commit(scene)
    report = audited(scene)
    assert report.findings == ()
    assert report.ok


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        pytest.param({"root": "00" * 32}, "root", id="root"),
        pytest.param({"supply": None}, "supply", id="supply"),
    ],
)
def test_names_the_first_commitment_that_is_wrong(
    scene: Scene, fields: dict[str, Json], what: str
) -> None:
    commit(scene)
    trade(scene, 10)
    told = dict(fields)
    if what == "supply":
        supply = state_after(scene, scene.world.registry.size() - 1)["supply"]
        assert isinstance(supply, dict)
        told = {"supply": {**supply, "held": 1}}
    wrong = commit(scene, **told)
    trade(scene, 10)
    later = commit(scene, root="11" * 32)
    commit(scene)
    report = audited(scene)
    assert not report.ok
    assert report.first_bad_entry == wrong.seq
    assert [finding.where for finding in report.findings] == [
        f"entry {wrong.seq}",
        f"entry {later.seq}",
    ]
    assert what in report.findings[0].what


def test_the_root_of_another_moment_is_wrong(scene: Scene) -> None:
    trade(scene, 10)
    before = state_after(scene, scene.world.registry.size() - 2)
    wrong = commit(scene, root=before["root"])
    assert audited(scene).first_bad_entry == wrong.seq
