"""Races on PostgreSQL: at every isolation level, or with nothing that keeps racers apart."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from ledger.database import postgres
from ledger.settings import Settings
from tests.support import sabotage
from tests.support.ledger import Scene
from tests.support.races import OpenEngine

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


def at_level(level: str) -> OpenEngine:
    """Return what opens a write engine at an isolation level."""

    def open_engine(settings: Settings) -> Engine:
        assert settings.postgres_url is not None
        return postgres.create_write_engine(settings.postgres_url, isolation_level=level)

    return open_engine


@contextmanager
def nothing_between(scene: Scene) -> Iterator[None]:
    """Take away the head's lock, its compare-and-swap, and the keys behind them."""
    sabotage.drop_keys(scene.world.registry.settings)
    with sabotage.no_head_check(), sabotage.no_head_lock():
        yield
