"""Orders whose COMMIT does not answer: what was told, what is there, how often."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import psycopg

from ledger.database.outcome import OutcomeUnknownError
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry, parse_entry
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support import bodies
from tests.support.cutting_proxy import CuttingProxy, by_chance
from tests.support.ledger import Scene
from tests.support.postgres import Cluster

WAITING = (
    "SELECT pid, xact_start FROM pg_stat_activity "
    "WHERE wait_event = 'SyncRep' AND application_name <> 'judge'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the callers were told: entries, and orders whose outcome nobody knew."""

    recorded: list[Entry]
    unknown: list[SignedOrder]


def payment(scene: Scene) -> SignedOrder:
    """Return an order of the owner over 1 kg."""
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    return scene.world.signed("units.transfer", body)


def through(registry: Registry, port: int, folder: Path) -> Registry:
    """Open the same registry once more, behind another port, as another node would."""
    settings = registry.settings
    assert settings.database_url is not None
    shutil.copytree(settings.keys, folder / "keys")
    database = settings.database_url.rpartition("/")[2]
    url = f"postgresql://postgres@127.0.0.1:{port}/{database}"
    return open_registry(Settings(data=folder / "data", keys=folder / "keys", database_url=url))


def submit_through(
    scene: Scene, cluster: Cluster, folder: Path, *, orders: int, cuts: tuple[str, ...], seed: int
) -> tuple[Told, dict[str, int]]:
    """Submit orders one by one through a proxy that cuts around their COMMITs."""
    told = Told(recorded=[], unknown=[])
    random = Random(seed)
    armed: list[bool] = []
    chance = by_chance(random, 1.0 if cuts == ("silent",) else 0.5, cuts)
    with CuttingProxy(cluster.port, lambda: chance() if armed else None) as proxy:
        node = through(scene.world.registry, proxy.own_port, folder)
        armed.append(True)
        for _ in range(orders):
            _tell(node, scene, payment(scene), told)
        armed.clear()
        node.close()
    return told, proxy.cuts


def _tell(node: Registry, scene: Scene, order: SignedOrder, told: Told) -> None:
    try:
        [answer] = node.submit([order], now_us=scene.world.now_us)
    except OutcomeUnknownError:
        told.unknown.append(order)
        return
    assert isinstance(answer, Entry), answer
    told.recorded.append(answer)


def times_recorded(registry: Registry) -> Counter[tuple[str, str]]:
    """Return how often each (actor, nonce) is in the log, whatever its indexes say."""
    entries = (parse_entry(registry.entry_bytes(seq)) for seq in range(registry.size()))
    return Counter((str(one.order["actor"]), str(one.order["nonce"])) for one in entries)


def judge(scene: Scene, told: Told) -> None:
    """Hold that what was told is there, and nothing is there twice.

    Raises:
        AssertionError: it does not hold.
    """
    registry = scene.world.registry
    for entry in told.recorded:
        assert registry.entry_bytes(entry.seq) == entry.content, entry.seq
    times = times_recorded(registry)
    assert max(times.values()) == 1, f"{sum(count - 1 for count in times.values())} twice"


@contextmanager
def waiting_for_nobody(cluster: Cluster) -> Iterator[None]:
    """Let commits wait for a standby that does not exist."""
    _wait_for(cluster, "nobody")
    try:
        yield
    finally:
        _wait_for(cluster, "")


def _wait_for(cluster: Cluster, names: str) -> None:
    with cluster.connect(application_name="judge") as connection:
        connection.execute("SET synchronous_commit = local")
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        if names:
            _until_commits_wait(connection, cluster)


def _until_commits_wait(judging: psycopg.Connection[Any], cluster: Cluster) -> None:
    """The setting shows before commits obey it, so one commit after the other tries it out."""

    def commit() -> None:
        with suppress(psycopg.Error), cluster.connect(application_name="probe") as probe:
            probe.execute("SELECT pg_logical_emit_message(true, 'probe', '')")

    for _ in range(200):
        trying = Thread(target=commit, daemon=True)
        trying.start()
        while trying.is_alive():
            for process, _ in judging.execute(WAITING).fetchall():
                judging.execute(f"SELECT pg_terminate_backend({process})".encode())
                trying.join()
                return
    raise TimeoutError("commits do not wait for the standby")


@contextmanager
def ending_waits(cluster: Cluster, how: str, at_most: int) -> Iterator[list[tuple[int, object]]]:
    """End the next waits for a standby by `pg_cancel_backend` or `pg_terminate_backend`."""
    ended: list[tuple[int, object]] = []
    stop: list[bool] = []

    def run() -> None:
        with cluster.connect(application_name="judge") as connection:
            while not stop and len(ended) < at_most:
                for process, since in connection.execute(WAITING).fetchall():
                    if (process, since) not in ended:
                        connection.execute(f"SELECT {how}({process})".encode())
                        ended.append((process, since))

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield ended
    finally:
        stop.append(True)
        thread.join()
