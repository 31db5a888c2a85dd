"""A standby shows an earlier moment: answers name it, and nothing is decided there."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

import ledger.books.replica
from ledger.database.engine import open_writer
from ledger.settings import Settings
from tests.support import bodies
from tests.support.ledger import Scene, pay
from tests.support.postgres_pair import Pair
from tests.support.reads_under_writes import compare, scene_with_two_batches
from tests.support.service import Service
from tests.support.stale import caught_up, hold, let_go, replica_of, scene_with_replica, stuttering


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pair, Scene]]:
    with scene_with_replica(tmp_path_factory.mktemp("pair")) as found:
        scene_with_two_batches(found[1])
        yield found


@pytest.fixture
def replicated(
    started: tuple[Pair, Scene], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Pair, Scene]]:
    monkeypatch.setattr(ledger.books.replica, "LATE_S", 0.05)
    yield started
    let_go(started[0].standby)
    caught_up(*started)


def heads(scene: Scene, **headers: str) -> tuple[int, int]:
    """Return the status and the size that an answer names."""
    service = Service.on(scene.world.registry, scene.world.now_us)
    answer = service.client.get(f"/v1/accounts/{scene.owner}", headers=headers)
    return answer.status_code, int(answer.headers["Ledger-Head"].split()[0])


def retire(scene: Scene) -> None:
    """Retire 1 kg of the owner's."""
    body = bodies.retirement(scene.owner, quantity_kg=1)
    scene.world.record(scene.world.signed("units.retire", body))


def questions(servers: Pair, scene: Scene, count: int) -> None:
    """Ask random questions while the standby is held now and then, and compare each answer."""
    # Whoever asks in this test remembers the last moment that it was told.
    with stuttering(servers.standby, seed=1) as held:
        moments = compare(scene, seed=5, questions=count, remembering=True)
    assert held
    assert moments > count // 25
    assert replica_of(scene.world.registry).refused > 0


def test_answers_from_a_standby_are_the_log_at_the_size_they_name(
    replicated: tuple[Pair, Scene],
) -> None:
    questions(*replicated, 100)


@pytest.mark.faults
def test_a_thousand_answers_from_a_standby_are_the_log(replicated: tuple[Pair, Scene]) -> None:
    questions(*replicated, 1_000)


def test_a_standby_that_stands_still_is_not_asked_for_long(
    replicated: tuple[Pair, Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    servers, scene = replicated
    registry = scene.world.registry
    before = registry.size()
    hold(servers.standby)
    monkeypatch.setattr(ledger.books.replica, "LATE_S", 0.0)
    retire(scene)
    assert heads(scene) == (200, before + 1)
    monkeypatch.setattr(ledger.books.replica, "LATE_S", 3_600.0)
    retire(scene)
    late = replica_of(registry).refused
    assert heads(scene) == (200, before + 2), "the standby lacks what was asked for last time"
    assert replica_of(registry).refused == late + 1


def test_a_client_that_has_seen_more_is_answered_by_the_primary(
    replicated: tuple[Pair, Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    servers, scene = replicated
    monkeypatch.setattr(ledger.books.replica, "LATE_S", 3_600.0)
    assert heads(scene)[0] == 200
    before = scene.world.registry.size()
    hold(servers.standby)
    pay(scene)
    assert heads(scene) == (200, before)
    assert heads(scene, **{"Ledger-At-Least": str(before + 1)}) == (200, before + 1)


def test_without_asking_the_primary_a_retired_unit_would_look_held(
    replicated: tuple[Pair, Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: readings go to the standby whatever it has seen."""
    servers, scene = replicated
    monkeypatch.setattr(ledger.books.replica.Replica, "_known_size", lambda _: 0)
    before = scene.world.registry.size()
    hold(servers.standby)
    monkeypatch.setattr(ledger.books.replica, "LATE_S", 0.0)
    retire(scene)
    assert heads(scene) == (200, before)


def test_nothing_is_decided_on_a_standby(replicated: tuple[Pair, Scene]) -> None:
    _, scene = replicated
    replica_url = scene.world.registry.settings.replica_url
    writer = open_writer(Settings(database_url=replica_url))
    with pytest.raises(OperationalError, match="read-only"):
        writer.connect()


def test_a_standby_that_is_gone_is_not_missed(replicated: tuple[Pair, Scene]) -> None:
    servers, scene = replicated
    assert heads(scene)[0] == 200
    before = scene.world.registry.size()
    servers.standby.kill()
    assert heads(scene) == (200, before)
    servers.standby.start()
