"""A COMMIT without an answer (T09, T12, T14): never a false success, never an order twice."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

import ledger.database.outcome
import ledger.submit
from api.faults import fault_of
from ledger.database.outcome import OutcomeUnknownError
from ledger.database.postgres import BoundedConnection
from ledger.log.entry import Entry
from tests.support.cutting_proxy import CuttingProxy
from tests.support.ledger import Scene
from tests.support.pg_outcomes import (
    ending_waits,
    judge,
    payment,
    submit_through,
    through,
    waiting_for_nobody,
)
from tests.support.postgres import Cluster

SEED = 20_261_123


def connections_cut(scene: Scene, cluster: Cluster, folder: Path, orders: int) -> None:
    """Cut about half of the COMMITs; every order is answered, and nothing is there twice."""
    told, cuts = submit_through(
        scene, cluster, folder, orders=orders, cuts=("before", "after"), seed=SEED
    )
    judge(scene, told)
    assert min(cuts["before"], cuts["after"]) >= orders // 8, cuts
    assert len(told.recorded) + len(told.unknown) == orders
    assert len(told.unknown) <= orders // 2, "a second cut in a row may leave doubt, not more"


def test_cut_connections_double_and_lose_nothing(
    scene: Scene, on_postgres: Cluster, tmp_path: Path
) -> None:
    connections_cut(scene, on_postgres, tmp_path / "node", 40)


@pytest.mark.faults
def test_hundreds_of_cut_connections_double_and_lose_nothing(
    scene: Scene, on_postgres: Cluster, tmp_path: Path
) -> None:
    connections_cut(scene, on_postgres, tmp_path / "node", 400)


@pytest.mark.soak
def test_thousands_of_cut_connections_double_and_lose_nothing(
    scene: Scene, on_postgres: Cluster, tmp_path: Path
) -> None:
    connections_cut(scene, on_postgres, tmp_path / "node", 10_000)


def test_without_looking_up_orders_are_recorded_twice(
    scene: Scene, on_postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: a blind retry, and no unique index behind it."""
    url = scene.world.registry.settings.database_url
    assert url is not None
    on_postgres.execute(
        "ALTER TABLE log_entry DROP CONSTRAINT log_entry_nonce_actor", url.rpartition("/")[2]
    )
    monkeypatch.setattr(ledger.submit, "_recorded", lambda *_: {})
    told, _ = submit_through(
        scene, on_postgres, tmp_path / "node", orders=10, cuts=("after",), seed=SEED
    )
    with pytest.raises(AssertionError, match="twice"):
        judge(scene, told)


def test_a_server_that_falls_silent_is_left_in_time(
    scene: Scene, on_postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger.database.outcome, "FIRST_S", 0.5)
    monkeypatch.setattr(ledger.database.outcome, "OUTCOME_S", 1.5)
    began = time.monotonic()
    told, cuts = submit_through(
        scene, on_postgres, tmp_path / "node", orders=2, cuts=("silent",), seed=SEED
    )
    assert time.monotonic() - began < 2 * 3
    assert (cuts["silent"], len(told.unknown)) == (4, 2)
    judge(scene, told)


@pytest.mark.faults
def test_nobody_waits_longer_than_ten_seconds(
    scene: Scene, on_postgres: Cluster, tmp_path: Path
) -> None:
    began = time.monotonic()
    told, _ = submit_through(
        scene, on_postgres, tmp_path / "node", orders=1, cuts=("silent",), seed=SEED
    )
    assert time.monotonic() - began < 10.5
    judge(scene, told)


def test_without_a_clock_of_its_own_a_node_hangs(
    scene: Scene, on_postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: a client that leaves all waiting to the network."""
    monkeypatch.setattr(ledger.database.outcome, "FIRST_S", 0.5)
    monkeypatch.setattr(BoundedConnection, "wait", psycopg.Connection.wait)
    with suppress(OperationalError, OutcomeUnknownError), ThreadPoolExecutor(1) as pool:
        with CuttingProxy(on_postgres.port, lambda: "silent" if armed else None) as proxy:
            armed: list[bool] = []
            node = through(scene.world.registry, proxy.own_port, tmp_path / "node")
            armed.append(True)
            told = pool.submit(node.submit, [payment(scene)], now_us=scene.world.now_us)
            with pytest.raises(TimeoutError):
                told.result(timeout=2)
            # Its second attempt may be through before the proxy is closed.
            armed.clear()
            proxy.cut_all()
        told.result()


def waits_ended(scene: Scene, cluster: Cluster, orders: int, how: str) -> int:
    """End both waits of each order; return how often somebody was told of an entry."""
    told = 0
    with waiting_for_nobody(cluster):
        for _ in range(orders):
            with ending_waits(cluster, how, 2) as ended:
                try:
                    [answer] = scene.world.submit(payment(scene))
                    told += isinstance(answer, Entry)
                except OutcomeUnknownError:
                    pass
            assert ended, "no wait was ended"
    return told


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_wait_that_was_ended_is_no_success(scene: Scene, on_postgres: Cluster, how: str) -> None:
    assert waits_ended(scene, on_postgres, 4, how) == 0


@pytest.mark.faults
@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_hundred_waits_that_were_ended_are_no_success(
    scene: Scene, on_postgres: Cluster, how: str
) -> None:
    assert waits_ended(scene, on_postgres, 100, how) == 0


def test_a_commit_taken_at_its_word_is_a_false_success(
    scene: Scene, on_postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur: without listening to warnings the same test counts false successes."""

    def trusting(engine: Engine, work):  # type: ignore[no-untyped-def] # a stand-in
        with engine.begin() as connection:
            return work(connection)

    monkeypatch.setattr(ledger.submit, "settled", trusting)
    assert waits_ended(scene, on_postgres, 2, "pg_cancel_backend") > 0


def test_an_order_in_doubt_is_answered_once_the_standby_is_back(
    scene: Scene, on_postgres: Cluster
) -> None:
    order = payment(scene)
    size = scene.world.registry.size()
    with waiting_for_nobody(on_postgres):
        with ending_waits(on_postgres, "pg_cancel_backend", 2), pytest.raises(OutcomeUnknownError):
            scene.world.submit(order)
        # It stands in the primary's log by now, and still nobody may be told so.
        with ending_waits(on_postgres, "pg_cancel_backend", 2), pytest.raises(OutcomeUnknownError):
            scene.world.submit(order)
    [answer] = scene.world.submit(order)
    assert isinstance(answer, Entry)
    assert answer.seq == size
    assert scene.world.registry.size() == size + 1


def test_a_client_is_told_that_the_outcome_is_open() -> None:
    fault = fault_of(OutcomeUnknownError("the line broke"))
    assert (fault.status, fault.message) == (503, "problem.outcome_unknown")
    assert fault.retry_after_s is not None
