"""Random histories at all isolation levels at once are strictly serialisable."""

from pathlib import Path

import pytest

from tests.support.histories import anomalies, play
from tests.support.pg_races import nothing_between
from tests.support.postgres import Cluster
from tests.support.races import opened

pytestmark = pytest.mark.usefixtures("on_postgres")


def explain(folder: Path, transactions: int, seed: int) -> None:
    """Play a history and find one order that explains it."""
    scene = opened(folder)
    events = play(scene, transactions, seed)
    appends = sum(not event.is_look for event in events)
    assert appends >= transactions // 3
    assert anomalies(scene, events) == []


def test_a_history_of_all_levels_is_explained_by_one_order(tmp_path: Path) -> None:
    explain(tmp_path, 100, seed=1)


@pytest.mark.faults
def test_a_longer_history_is_explained_by_one_order(tmp_path: Path) -> None:
    explain(tmp_path, 800, seed=2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3, 28))
def test_a_hundred_thousand_transactions_are_explained_by_one_order(
    tmp_path: Path, seed: int
) -> None:
    explain(tmp_path, 4_000, seed)


def test_without_guards_no_order_explains_a_history(tmp_path: Path, on_postgres: Cluster) -> None:
    scene = opened(tmp_path)
    with nothing_between(scene):
        events = play(scene, 80, seed=1)
        assert anomalies(scene, events)
