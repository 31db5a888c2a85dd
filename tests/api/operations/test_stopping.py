"""Stopping: what was taken is answered, nothing more is accepted, and nothing hangs for ever."""

import signal
import time
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest
import uvicorn
from sqlalchemy import select

from api.operations.stopping import StoppingServer
from api.operations.vitals import Vitals
from api.serving import ServingError, alone
from ledger.database.side_tables import side_lease
from ledger.intake.envelope import envelope_bytes
from ledger.registry import open_registry
from tests.support import bodies
from tests.support.ledger import Scene, open_scene, settings_in
from tests.support.served import PATIENCE_S, served

PLAIN = "import uvicorn; s.StoppingServer = lambda config, *_, **__: uvicorn.Server(config); "


def posting(scene: Scene, url: str, stop: Event, told: list[tuple[int, str]]) -> None:
    """Post one order after the other until nobody answers; note what each was told."""
    scene.world.now_us = time.time_ns() // 1_000
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    headers = {"content-type": "application/json"}
    with httpx2.Client(timeout=10) as client:
        while not stop.is_set():
            content = envelope_bytes(scene.world.signed("units.transfer", body))
            try:
                answer = client.post(f"{url}/v1/orders", content=content, headers=headers)
            except httpx2.ConnectError:
                return
            told.append((answer.status_code, answer.json().get("leaf_hash", "")))


def stop_under_load(folder: Path, before: str = "") -> None:
    """Stop a service that takes orders; check what it answered, and how it ended."""
    scene = open_scene(folder)
    scene.world.registry.close()
    told: list[tuple[int, str]] = []
    stop = Event()
    with served(folder, before=before, drain_seconds=1, publish_seconds=1) as node:
        node.wait()
        assert node.status("/readyz") == 200
        client = Thread(target=posting, args=(scene, node.url, stop, told))
        client.start()
        time.sleep(0.5)
        before_signal = len(told)
        node.stop()
        time.sleep(0.3)
        probe, reading = node.status("/readyz"), node.status("/v1/checkpoint")
        code = node.code()
        client.join(PATIENCE_S)
        stop.set()
    assert code == 0
    assert probe == 503
    assert reading in (200, 404)
    assert 0 < before_signal < len(told), "nothing was taken while it was leaving"
    assert {status for status, _ in told} <= {201, 503}
    registry = open_registry(settings_in(folder))
    leaves = {registry.entry(seq).leaf_hash.hex() for seq in range(registry.size())}
    assert {leaf for status, leaf in told if status == 201} <= leaves
    with registry.reader.connect() as connection:
        lease = connection.execute(select(side_lease)).one()
    assert lease.until_us == 0, "the lease to publish was not given back"
    registry.close()


@pytest.mark.faults
def test_a_node_that_is_told_to_stop_answers_what_it_took(tmp_path: Path) -> None:
    stop_under_load(tmp_path)


@pytest.mark.faults
def test_the_same_test_sees_a_server_that_ends_by_the_signal(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        stop_under_load(tmp_path, before=PLAIN)


@pytest.mark.faults
def test_a_second_service_is_refused_and_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    open_scene(tmp_path).world.registry.close()
    with served(tmp_path, drain_seconds=600) as node:
        node.wait()
        with served(tmp_path) as second:
            _, said = second.process.communicate(timeout=PATIENCE_S)
            assert second.process.returncode == 1
            assert "another process serves" in said
        assert node.status("/healthz") == 200

        node.stop()
        time.sleep(0.3)
        assert node.process.poll() is None
        node.stop()
        assert node.process.wait(5) == 128 + signal.SIGTERM


def test_a_second_service_on_one_sqlite_ledger_is_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data.mkdir()
    with alone(settings), pytest.raises(ServingError, match="another process serves"):
        alone(settings).__enter__()
    with alone(settings):
        pass
    several = settings.model_copy(update={"database_url": "postgresql://db.example/ledger"})
    with alone(several), alone(several):
        pass


def test_the_second_signal_ends_at_once() -> None:
    left, vitals = list[int](), Vitals()
    config = uvicorn.Config(lambda *_: None)
    server = StoppingServer(config, vitals, drain_s=600, stop_s=600, leave=left.append)
    server.handle_exit(signal.SIGINT, None)
    assert (left, vitals.closing.is_set(), server.should_exit) == ([], True, False)
    server.handle_exit(signal.SIGTERM, None)
    assert left == [128 + signal.SIGTERM]


def test_what_hangs_is_cut_off() -> None:
    left, gone = list[int](), Event()

    def leave(code: int) -> None:
        left.append(code)
        gone.set()

    config = uvicorn.Config(lambda *_: None)
    server = StoppingServer(config, Vitals(), drain_s=0, stop_s=0.05, leave=leave)
    server.handle_exit(signal.SIGTERM, None)
    assert gone.wait(5)
    assert left == [1]
    assert server.should_exit
