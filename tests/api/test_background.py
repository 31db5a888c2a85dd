"""Publishing beside the service: it shows what is recorded, and its end is the service's end."""

import time
from pathlib import Path
from threading import Event

from api.background import publishing
from ledger.publish.signer import MARK_FILE
from tests.support.ledger import open_scene


def test_what_is_recorded_is_published_beside_the_service(tmp_path: Path) -> None:
    registry, ended = open_scene(tmp_path).world.registry, Event()
    with publishing(registry, print, lambda _why: ended.set()) as faults:
        for _ in range(200):
            if registry.checkpoint() is not None:
                break
            time.sleep(0.05)
    assert registry.checkpoint() is not None
    assert faults == []
    assert not ended.is_set()


def test_a_fault_that_cannot_pass_ends_both(tmp_path: Path) -> None:
    registry, ended = open_scene(tmp_path).world.registry, Event()
    (registry.settings.log / "checkpoint").write_text("no note")
    with publishing(registry, print, lambda _why: ended.set()) as faults:
        assert ended.wait(20)
    assert "not this log's" in faults[0]


def test_a_signer_that_refuses_is_asked_again(tmp_path: Path) -> None:
    registry, said = open_scene(tmp_path).world.registry, Event()
    (registry.settings.keys / MARK_FILE).unlink()
    with publishing(registry, lambda _text: said.set(), print) as faults:
        assert said.wait(20)
    assert faults == []
