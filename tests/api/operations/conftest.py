"""What the tests of figures and logs share."""

from collections.abc import Iterator

import pytest

from tests.support.ledger import Scene
from tests.support.service import Service


@pytest.fixture
def node(scene: Scene) -> Iterator[Service]:
    """The service on the small registry."""
    service = Service.on(scene.world.registry, scene.world.now_us)
    yield service
    service.close()
