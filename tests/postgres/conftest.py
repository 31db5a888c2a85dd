"""What the tests on PostgreSQL share: the small registry of the ledger's tests, in a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ledger
from tests.support.ledger import Scene, open_scene
from tests.support.on_postgres import engines_disposed
from tests.support.postgres import Cluster


@pytest.fixture
def on_postgres(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Let new ledgers lie in PostgreSQL."""
    with ledger.place.on(postgres), engines_disposed(monkeypatch):
        yield postgres


@pytest.fixture
def scene(on_postgres: Cluster, tmp_path: Path) -> Scene:
    """The small registry, in a database of its own."""
    return open_scene(tmp_path / "world")
