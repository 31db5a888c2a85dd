"""What the tests of the ledger share."""

from collections.abc import Iterator

import pytest

from tests.support import ledger
from tests.support.on_postgres import engines_disposed


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
