"""The primary dies and its standby takes over: nothing acknowledged is lost, and nothing forks."""

import time
from pathlib import Path

import pytest

from tests.support.failover import (
    Journal,
    database_of,
    judge,
    node_settings,
    servers_and_scene,
    start_writers,
)
from tests.support.waiting import wait_until

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
ASYNCHRONOUS = {"synchronous_standby_names": ""}
"""What no ledger should run on: the primary does not wait for the standby."""

FROZEN_S = 60.0
"""So long that whatever the nodes keep open to it has been given up."""


def fail_over(folder: Path, acks: int = 20) -> Journal:
    """Kill the primary under two writing nodes, promote the standby, and judge what is there."""
    with servers_and_scene(folder) as (servers, scene):
        url = servers.url(database_of(scene))
        nodes = [node_settings(scene, url, folder / name) for name in ("one", "other")]
        writers = start_writers(scene, nodes)
        writers.until(acks)
        servers.fail_over()
        journal = writers.end()
        assert journal.read_only == []
        promoted = servers.standby.url(database_of(scene))
        judge(journal, node_settings(scene, promoted, folder / "one"))
    return journal


def test_a_failover_loses_and_forks_nothing(tmp_path: Path) -> None:
    assert len(fail_over(tmp_path).acks) >= 50


@pytest.mark.faults
@pytest.mark.parametrize("number", range(4))
def test_further_failovers_lose_and_fork_nothing(tmp_path: Path, number: int) -> None:
    """No seed: the instant of death is the machine's, anew in each round."""
    fail_over(tmp_path, 10 + 13 * number)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(200))
def test_two_hundred_failovers_lose_and_fork_nothing(tmp_path: Path, number: int) -> None:
    fail_over(tmp_path, 5 + number % 37)


def lose_and_go_on(folder: Path) -> tuple[Journal, str]:
    """Let a standby take over that lacks acknowledged entries; return what was wrong, too."""
    with servers_and_scene(folder, ASYNCHRONOUS) as (servers, scene):
        database = database_of(scene)
        node = node_settings(scene, servers.url(database), folder / "one")
        servers.freeze_receiving()
        writers = start_writers(scene, [node])
        writers.until(10)
        servers.lose_what_is_on_its_way()
        servers.standby.promote()
        journal = writers.end()
        with pytest.raises(AssertionError) as found:
            judge(journal, node_settings(scene, servers.standby.url(database), folder / "judge"))
    return journal, str(found.value)


def test_without_a_synchronous_standby_the_same_test_finds_losses_and_the_node_stops(
    tmp_path: Path,
) -> None:
    journal, wrong = lose_and_go_on(tmp_path)
    assert wrong.startswith("lost")
    assert journal.read_only == [0], "the node's mark is further than the ledger"


def wake_the_old_primary(
    folder: Path, settings: dict[str, str] | None = None, frozen_s: float = 0.0
) -> None:
    """Freeze the primary, promote the standby, wake the old one, and judge who was told what."""
    with servers_and_scene(folder, settings) as (servers, scene):
        database, old = database_of(scene), servers.primary
        new_first = node_settings(scene, servers.url(database), folder / "one")
        old_only = node_settings(scene, old.url(database), folder / "other")
        writers = start_writers(scene, [new_first, old_only])
        writers.until(10)
        old.freeze()
        before = writers.counts[0]
        servers.standby.promote()
        writers.until(before + 10, 0)
        time.sleep(frozen_s)
        old.thaw()
        if settings is None:
            # It has written an entry of its own era there, and waits for the standby in vain.
            wait_until(lambda: old.execute(WAITING)[0][0] > 0)
        else:
            writers.until(writers.counts[1] + 5, 1)
        journal = writers.end(1)
        judge(journal, node_settings(scene, servers.standby.url(database), folder / "judge"))


@pytest.mark.faults
def test_an_old_primary_that_wakes_acknowledges_nothing(tmp_path: Path) -> None:
    wake_the_old_primary(tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(100))
def test_a_hundred_old_primaries_that_wake_acknowledge_nothing(tmp_path: Path, number: int) -> None:
    wake_the_old_primary(tmp_path / str(number), frozen_s=FROZEN_S)


@pytest.mark.faults
def test_an_old_primary_that_waits_for_nobody_would_acknowledge(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"forks|lost"):
        wake_the_old_primary(tmp_path, ASYNCHRONOUS)
