"""A replica is asked on while nobody knows how its primary is."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from ledger.books import replica
from ledger.books.replica import Replica
from ledger.database.engine import open_reader
from tests.support.ledger import open_scene


def test_who_asks_a_primary_that_is_gone_makes_nobody_else_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = open_scene(tmp_path).world.registry
    reader = open_reader(registry.settings)
    beside = Replica(engine=reader, primary=reader)
    with beside.reading(0) as seen:
        size = seen.head.size
    asking, answered = Event(), Event()

    def gone(_: Replica) -> None:
        asking.set()
        answered.wait(10)

    monkeypatch.setattr(replica, "LATE_S", 0.0)
    monkeypatch.setattr(Replica, "_ask_primary", gone)
    with ThreadPoolExecutor() as threads:
        waits = threads.submit(beside._known_size)
        asking.wait(10)
        goes_on = threads.submit(beside._known_size)
        try:
            assert goes_on.result(1) == size
            assert not waits.done()
        finally:
            answered.set()
    registry.close()
