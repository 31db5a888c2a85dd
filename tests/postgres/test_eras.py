"""Another server takes over (T13, T15): whoever is of the old era appends nothing to the new."""

from pathlib import Path

import pytest

import ledger.mark_check
from ledger.database import epoch
from tests.support.eras import Stage, stage


def lose_entries(on: Stage) -> int:
    """Let the primary acknowledge what the standby never gets, then fail over."""
    on.submit_one()
    on.servers.standby.freeze()
    on.servers.primary.settings["synchronous_standby_names"] = ""
    on.servers.primary.kill()
    on.servers.primary.start()
    for _ in range(5):
        on.submit_one()
    lost = len(on.journal.acknowledged) - 1
    on.servers.primary.kill()
    on.servers.standby.thaw()
    on.servers.standby.promote()
    return lost


def test_a_node_stops_at_a_server_that_lost_what_it_knows(tmp_path: Path) -> None:
    with stage(tmp_path) as on:
        assert lose_entries(on) >= 3
        size = len(on.journal.acknowledged)
        for _ in range(3):
            on.submit_one()
        assert len(on.journal.acknowledged) == size, "it went on after a loss"
        assert on.journal.refused
        assert "once had" in str(on.node.read_only_reason)


def test_without_the_era_a_node_forks_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: nodes that take no era append to whatever server they find."""
    monkeypatch.setattr(ledger.mark_check, "take_epoch", lambda *_: None)
    with stage(tmp_path) as on:
        lose_entries(on)
        for _ in range(3):
            on.submit_one()
        assert on.lost() > 0
        assert on.node.read_only_reason is None


@pytest.mark.faults
def test_the_old_server_acknowledges_nothing_when_it_wakes(tmp_path: Path) -> None:
    with stage(tmp_path) as on:
        on.submit_one()
        on.servers.primary.freeze()
        on.servers.standby.promote()
        told = len(on.journal.acknowledged)
        on.servers.primary.thaw()
        on.submit_one()
        assert len(on.journal.acknowledged) == told, "the old server took an order"
        assert on.journal.doubts == 1
        on.servers.primary.kill()
        for _ in range(3):
            on.submit_one()
        assert len(on.journal.acknowledged) > told
        assert on.lost() == 0


@pytest.mark.faults
def test_an_era_is_begun_once_and_taken_by_all(tmp_path: Path) -> None:
    with stage(tmp_path) as on:
        first = on.node.writer.get_execution_options()[epoch.OPTION]
        on.servers.fail_over()
        for _ in range(4):
            on.submit_one()
        assert on.journal.acknowledged
        assert on.node.writer.get_execution_options()[epoch.OPTION] == first + 1
        with on.node.reader.connect() as connection:
            assert epoch.present_epoch(connection) == first + 1
