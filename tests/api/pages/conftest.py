"""Registries for pages: one for production, and the demonstration with a fresh checkpoint."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from api.demo.play import ISSUED
from contracts.dates import end_of_day_us
from ledger import rulesets
from ledger.publish.publisher import publish
from tests.support.pages import HOUR_US, build_production, production_opening, published_at
from tests.support.scenario import main_world, whole_world
from tests.support.service import Service, copied_service, fill
from tests.support.world import Step

DEMO_US = end_of_day_us(ISSUED)
Until = Callable[[str, int], Service]


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


@cache
def life() -> tuple[Step, ...]:
    opening = production_opening()
    done = len(main_world(rules=rulesets.newest(), opening=opening).steps)
    return tuple(whole_world(rules=rulesets.newest(), opening=opening).steps[done:])


@pytest.fixture
def until(production: Service) -> Until:
    """Let the life of the papers go on through the nth order of a kind, and publish it."""

    def go_on(kind: str, nth: int = 0) -> Service:
        kinds = [step.kind for step in life()]
        positions = [at for at, one in enumerate(kinds) if one == kind]
        steps = life()[: positions[nth] + 1]
        fill(production.registry, steps)
        publish(production.registry)
        production.now_us = steps[-1].at_us
        published_at(production, production.now_us)
        return production

    return go_on
