"""Registries that the tests of the service share: made once, copied where a test writes."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from api.demo.play import ISSUED, perform
from contracts.dates import BEIJING
from tests.support import service
from tests.support.ledger import Scene, open_scene
from tests.support.made_once import made_once
from tests.support.many_papers import copied
from tests.support.served_scene import served
from tests.support.service import Service, copied_service, step_of
from tests.support.told import Told, first_retirement, suspend

_EVENING = datetime(ISSUED.year, ISSUED.month, ISSUED.day, 20, tzinfo=BEIJING)
DEMO_US = int(_EVENING.timestamp()) * 1_000_000


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demonstration, played once; nobody writes to it."""
    return made_once(
        tmp_path_factory, "played", lambda folder: perform(folder, lambda _: None).registry.close()
    )


@pytest.fixture(scope="session")
def demo(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on the demonstration, for reading."""
    opened = copied_service(played, tmp_path_factory.mktemp("demo") / "own", DEMO_US)
    yield opened
    opened.close()


@pytest.fixture
def own_demo(played: Path, tmp_path: Path) -> Iterator[Service]:
    """The service on a copy of the demonstration, for changing."""
    opened = copied_service(played, tmp_path / "own", DEMO_US)
    yield opened
    opened.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """The small registry of the ledger's tests."""
    opened = open_scene(tmp_path / "scene")
    yield opened
    opened.world.registry.close()


@pytest.fixture
def port(scene: Scene) -> Iterator[int]:
    """Where a real server of the small registry listens."""
    with served(scene.world) as listening:
        yield listening


@pytest.fixture(scope="session")
def stations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Registries just before the first order of each kind of the main job."""
    return service.stations(tmp_path_factory.mktemp("stations"))


@pytest.fixture
def before_transfer(stations: dict[str, Path], tmp_path: Path) -> Iterator[Service]:
    """The service just before the main job's transfer."""
    step = step_of("units.transfer")
    opened = copied_service(stations["units.transfer"], tmp_path / "own", step.at_us)
    yield opened
    opened.close()


@pytest.fixture
def suspended(played: Path, tmp_path: Path) -> Iterator[Told]:
    """The demonstration's first retirement, its certificate suspended and that published."""
    told = first_retirement(copied(played, tmp_path / "own"))
    suspend(told)
    told.publish()
    yield told
    told.service.close()
