"""Followers are told of what is committed, and nobody relies on being told."""

from threading import Event

import pytest

from ledger.database.notices import notices
from ledger.database.outcome import OutcomeUnknownError
from ledger.publish.lease import LeaseError
from tests.support.ledger import Scene, pay
from tests.support.pg_outcomes import ending_waits, waiting_for_nobody
from tests.support.postgres import Cluster
from tests.support.publishing import NearSigner, near_publisher


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


def test_nothing_is_signed_that_a_standby_may_lack(scene: Scene, on_postgres: Cluster) -> None:
    """An order's wait for the standby was ended, so it stands on the primary alone."""
    publisher = near_publisher(scene.world.registry)
    assert isinstance(publisher.signer, NearSigner)
    with waiting_for_nobody(on_postgres):
        with ending_waits(on_postgres, "pg_cancel_backend", 2), pytest.raises(OutcomeUnknownError):
            pay(scene)
        with ending_waits(on_postgres, "pg_cancel_backend", 9), pytest.raises(LeaseError):
            publisher.publish()
    assert publisher.signer.notes == []
    scene.world.now_us += 120_000_000
    near_publisher(scene.world.registry).publish()
