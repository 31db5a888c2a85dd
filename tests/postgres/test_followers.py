"""Followers are told of what is committed, and nobody relies on being told."""

from threading import Event

from ledger.notices import notices
from tests.support.ledger import Scene, pay
from tests.support.postgres import Cluster


def test_a_listener_hears_of_entries_once_they_are_committed(scene: Scene) -> None:
    with notices(scene.world.registry.settings, Event()) as news:
        assert not news.wait(0.05)
        pay(scene)
        assert news.wait(5)
        assert not news.wait(0.05)


def test_a_listener_that_lost_its_connection_waits_and_listens_again(
    scene: Scene, on_postgres: Cluster
) -> None:
    with notices(scene.world.registry.settings, Event()) as news:
        assert not news.wait(0.05)
        on_postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        )
        assert not news.wait(0.1)
        assert not news.wait(0.05)
        pay(scene)
        assert news.wait(5)
