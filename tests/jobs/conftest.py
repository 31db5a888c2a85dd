"""Both runners, each on a registry of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.job_runners import JobPlace, embedded_place, shared_place
from tests.support.postgres import Cluster


@pytest.fixture(params=["embedded", "shared"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JobPlace]:
    """A place for jobs, on SQLite and on PostgreSQL."""
    if request.param == "embedded":
        yield embedded_place(tmp_path)
        return
    postgres: Cluster = request.getfixturevalue("postgres")
    with postgres.database() as url:
        yield shared_place(tmp_path, url)
