"""What the tests of the ledger share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ledger
from tests.support.memory import folder_in_memory
from tests.support.on_postgres import engines_disposed


@pytest.fixture
def fast_path(tmp_path: Path) -> Iterator[Path]:
    with folder_in_memory(tmp_path) as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Let ledgers lie in SQLite files, then in PostgreSQL; each test runs twice."""
    if request.param == "sqlite":
        yield request.param
        return
    cluster = request.getfixturevalue("postgres")
    with ledger.place.on(cluster), engines_disposed(monkeypatch):
        yield request.param
