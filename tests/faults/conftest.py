"""What the fault proofs share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.conftest import browser, scripts, world
from tests.support.memory import folder_in_memory

__all__ = ["browser", "fast_path", "scripts", "world"]


@pytest.fixture
def fast_path(tmp_path: Path) -> Iterator[Path]:
    with folder_in_memory(tmp_path) as folder:
        yield folder
