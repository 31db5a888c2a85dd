"""How Hypothesis searches (a little while writing, repeatably where it gates, long in a soak),
where temporary folders lie, and the PostgreSQL that the tests of one process share.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.memory import use_memory
from tests.support.postgres import Cluster, cluster

# A loaded machine is no failure of the code: time limits belong to benchmarks.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", _PATIENT, max_examples=50)
settings.register_profile("gate", _PATIENT, max_examples=100, derandomize=True, print_blob=True)
settings.register_profile("soak", _PATIENT, max_examples=2_000, print_blob=True)


def _profile() -> str:
    if "SINKLEDGER_SOAK" in os.environ:
        return "soak"
    return os.environ.get("HYPOTHESIS_PROFILE", "dev")


settings.load_profile(_profile())


def pytest_configure() -> None:
    use_memory()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster of this test process, without fsync; started when the first test asks for it."""
    with cluster() as started:
        yield started


@pytest.fixture
def database_url(postgres: Cluster) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    with postgres.database() as url:
        yield url
