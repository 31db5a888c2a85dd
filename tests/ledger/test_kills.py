"""A writer is killed at random instants: whatever it acknowledged is there, and the chain whole."""

from pathlib import Path
from random import Random
from unittest import mock

import pytest

from ledger import store
from ledger.log.entry import Entry
from tests.support.children import Report
from tests.support.kills import OPENED, continue_chain, kill_one, opened, survive, write
from tests.support.ledger import Scene


@pytest.mark.parametrize("kills", [50, pytest.param(200, marks=pytest.mark.faults)])
def test_kills_lose_no_acknowledged_entry(tmp_path: Path, kills: int) -> None:
    assert survive(tmp_path, kills, 20261122) > kills


def test_the_same_test_sees_a_writer_that_acknowledges_too_early(tmp_path: Path) -> None:
    def write_carelessly(scene: Scene, report: Report) -> None:
        real = store.append

        def append(connection: object, entries: list[Entry], **named: object) -> object:
            for entry in entries:
                report([entry.seq, entry.leaf_hash.hex()])
            return real(connection, entries, **named)  # type: ignore[arg-type] # as it came

        with mock.patch.object(store, "append", append):
            write(scene, lambda value: report(value) if value[0] == OPENED else None)

    random = Random(20261122)
    scene, state = opened(tmp_path)
    lost = 0
    for _ in range(25):
        acknowledged = kill_one(scene, write_carelessly, random)
        state, added = continue_chain(scene.world.registry.settings, state)
        lost += len(acknowledged.items() - added.items())

    assert lost > 0
