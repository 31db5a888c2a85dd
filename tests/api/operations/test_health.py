"""Probes: each thing that is not well is named, nothing else is told, and no probe hangs."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from api.operations import readiness as readiness_module
from api.operations.readiness import Pulse
from api.operations.vitals import SILENT_S
from ledger.publish.publisher import publish
from ledger.standing import Standing
from tests.support.ledger import open_scene
from tests.support.service import Service

DAY_US = 86_400_000_000


def app_of(service: Service) -> Any:
    return service.client.app


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Service]:
    """The service on the small registry, published just now."""
    registry = open_scene(tmp_path).world.registry
    publish(registry)
    service = Service.on(registry, time.time_ns() // 1_000)
    yield service
    service.close()


def is_old(service: Service) -> None:
    service.now_us = time.time_ns() // 1_000 + 2 * DAY_US


def is_full(service: Service) -> None:
    settings = service.registry.settings.model_copy(update={"disk_free_mb": 2**40})
    replaced(service, settings=settings)


def is_closed(service: Service) -> None:
    app_of(service).state.vitals.closing.set()


def is_silent(service: Service) -> None:
    vitals = app_of(service).state.vitals
    vitals.publishes, vitals.beat_s = True, time.monotonic() - SILENT_S - 1


def is_read_only(service: Service) -> None:
    replaced(service, standing=Standing("A secret reason."))


def has_no_database(service: Service) -> None:
    service.registry.settings.database.write_bytes(b"no database")
    service.registry.reader.dispose()


def replaced(service: Service, **fields: Any) -> None:
    app_of(service).state.readiness._registry = replace(service.registry, **fields)


def test_a_node_that_is_well_says_so(node: Service) -> None:
    assert node.get("/healthz") == {"status": "alive"}
    told = node.get("/readyz")
    assert told["ready"]
    assert set(told["checks"].values()) == {True}
    assert node.get("/readyz/reading")["ready"]


@pytest.mark.parametrize(
    ("harm", "name", "reads"),
    [
        pytest.param(is_old, "checkpoint", True, id="old-checkpoint"),
        pytest.param(is_full, "disk", True, id="no-room"),
        pytest.param(is_silent, "publisher", True, id="publisher-hangs"),
        pytest.param(is_read_only, "recording", True, id="read-only"),
        pytest.param(is_closed, "staying", False, id="going-down"),
        pytest.param(has_no_database, "database", False, id="no-database"),
    ],
)
def test_what_is_not_well_is_named_and_nothing_else_told(
    node: Service, harm: Callable[[Service], None], name: str, reads: bool
) -> None:
    harm(node)
    answer = node.client.get("/readyz")

    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert [key for key, well in checks.items() if not well] == [name]
    assert set(answer.json()) == {"checks", "ready"}
    reading = node.client.get("/readyz/reading").status_code
    assert reading == (200 if reads else 503)
    assert node.get("/healthz") == {"status": "alive"}


def test_a_database_that_hangs_is_named_in_time(
    node: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness_module, "ANSWER_S", 0.1)
    free, asked = Event(), list[int]()

    def hang() -> None:
        asked.append(1)
        free.wait(20)

    app_of(node).state.readiness._pulse = Pulse(hang)
    began_s = time.monotonic()
    told = [node.client.get("/readyz").json()["checks"]["database"] for _ in range(5)]
    assert told == [False] * 5
    assert time.monotonic() - began_s < 5
    assert asked == [1], "a database that hangs is not asked again and again"
    free.set()


def test_a_pulse_asks_at_most_once_a_second_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [OSError(), None]
    now_s = [100.0]
    monkeypatch.setattr(readiness_module.time, "monotonic", lambda: now_s[0])

    def look() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    pulse = Pulse(look)
    assert [pulse.ask().result(5) for _ in range(3)] == [False] * 3
    now_s[0] += 2
    assert [pulse.ask().result(5) for _ in range(3)] == [True] * 3
    pulse.close()
