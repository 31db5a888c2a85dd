"""Nodes of two versions on one database (T37): the older never judges by rules it does not have."""

from pathlib import Path
from unittest import mock

import pytest

from ledger import rulesets
from ledger.audit.audit import audit
from ledger.registry import open_registry
from tests.support.ledger import Scene
from tests.support.mixed_versions import NEXT, next_version, old_node, random_traffic

SEED = 20_261_123


def mixed(scene: Scene, folder: Path, orders: int, seed: int) -> None:
    old = old_node(scene, folder / "old")
    told = random_traffic(scene, old, orders, seed)
    recorded = sorted(told.entries["old"] + told.entries["new"])
    assert len(told.entries["old"]) > 0, "the old version had nothing to do"
    assert max(told.entries["old"]) < told.activated < max(told.entries["new"])
    assert recorded == [
        *range(recorded[0], told.activated),
        *range(told.activated + 1, scene.world.registry.size()),
    ]
    assert told.refusals["old"].count("LEDGER_READ_ONLY") > orders // 8
    assert NEXT in str(old.read_only_reason)
    old.close()
    with pytest.raises(rulesets.RulesMissingError, match="install the version"):
        open_registry(old.settings)
    with next_version():
        assert audit(scene.world.registry.settings).ok
    assert not audit(scene.world.registry.settings).ok, "judged by rules that are not here"


def test_the_old_version_stops_at_rules_it_lacks(scene: Scene, tmp_path: Path) -> None:
    mixed(scene, tmp_path, 60, SEED)


@pytest.mark.soak
def test_a_thousand_orders_leave_no_divergent_state(scene: Scene, tmp_path: Path) -> None:
    mixed(scene, tmp_path, 1_000, SEED + 1)


def test_the_same_test_sees_a_version_that_goes_on(scene: Scene, tmp_path: Path) -> None:
    known = rulesets.shipped()[rulesets.newest()]
    with (
        mock.patch.object(rulesets, "_rule_set", return_value=known),
        pytest.raises(AssertionError),
    ):
        mixed(scene, tmp_path, 60, SEED)
