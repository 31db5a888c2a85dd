"""What the tests of health, figures and logs share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.memory import folder_in_memory


@pytest.fixture
def fast_path(tmp_path: Path) -> Iterator[Path]:
    with folder_in_memory(tmp_path) as folder:
        yield folder
