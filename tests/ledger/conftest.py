"""A folder in memory for tests that commit thousands of times.

Killing a process loses nothing that the kernel has, so these tests ask nothing of the disk; on a
loaded disk every commit would cost 50 ms.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def fast_path(tmp_path: Path) -> Iterator[Path]:
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(prefix="sinkledger-", dir=MEMORY) as folder:
        yield Path(folder)
