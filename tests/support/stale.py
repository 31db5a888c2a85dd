"""A standby that stops repeating what the primary commits, and a service that reads from it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event, Thread

from ledger import store
from ledger.books.replica import Replica
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support.failover import database_of, servers_and_scene
from tests.support.ledger import Scene
from tests.support.postgres import Cluster
from tests.support.postgres_pair import Pair
from tests.support.waiting import wait_until


@contextmanager
def scene_with_replica(folder: Path) -> Iterator[tuple[Pair, Scene]]:
    """Open the small registry on a pair, so that readings come from the standby."""
    with servers_and_scene(folder) as (servers, closed):
        old = closed.world.registry.settings
        settings = Settings(
            data=old.data,
            keys=old.keys,
            database_url=old.database_url,
            replica_url=servers.standby.url(database_of(closed)),
        )
        registry = open_registry(settings)
        yield servers, replace(closed, world=replace(closed.world, registry=registry))
        registry.close()


def replica_of(registry: Registry) -> Replica:
    """Return the replica that a registry reads from."""
    assert registry.replica is not None
    return registry.replica


def hold(standby: Cluster) -> None:
    """Let the standby keep what it receives and show nothing of it."""
    standby.execute("SELECT pg_wal_replay_pause()")


def let_go(standby: Cluster) -> None:
    """Let the standby repeat what it has received."""
    standby.execute("SELECT pg_wal_replay_resume()")


def caught_up(servers: Pair, scene: Scene) -> None:
    """Wait until the standby shows what the primary has committed, and is asked again."""
    replica = replica_of(scene.world.registry)
    replica._rest_until_s = 0.0

    def level() -> bool:
        with replica.engine.connect() as connection:
            return store.read_head(connection).size == scene.world.registry.size()

    servers.standby.execute("SELECT 1")
    wait_until(level)


@contextmanager
def stuttering(standby: Cluster, seed: int) -> Iterator[list[int]]:
    """Hold the standby and let it go, again and again; yield a list with one item for each."""
    random, stop, held = Random(seed), Event(), list[int]()

    def run() -> None:
        while not stop.wait(random.uniform(0.01, 0.2)):
            hold(standby)
            held.append(1)
            stop.wait(random.uniform(0.05, 0.3))
            let_go(standby)

    thread = Thread(target=run)
    thread.start()
    try:
        yield held
    finally:
        stop.set()
        thread.join()
        with suppress(OSError):
            let_go(standby)
