"""Registries for pages: one for production, and the demonstration with a fresh checkpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.demo.play import ISSUED
from contracts.dates import end_of_day_us
from tests.support.pages import HOUR_US, build_production, published_at
from tests.support.service import Service, copied_service

DEMO_US = end_of_day_us(ISSUED)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The folder of a registry for production, and when its last entry was recorded."""
    folder = tmp_path_factory.mktemp("production")
    return folder, build_production(folder)


@pytest.fixture
def production(built: tuple[Path, int], tmp_path: Path) -> Iterator[Service]:
    """A registry for production, an hour after its checkpoint."""
    folder, ended_us = built
    opened = copied_service(folder, tmp_path / "production", ended_us + HOUR_US)
    published_at(opened, ended_us)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def fresh_demo(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demonstration, an hour after its checkpoint; nobody writes to it."""
    opened = copied_service(played, tmp_path_factory.mktemp("fresh") / "own", DEMO_US)
    published_at(opened, DEMO_US - HOUR_US)
    yield opened
    opened.close()
