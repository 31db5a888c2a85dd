"""A folder in memory for tests that commit thousands of times.

Killing a process loses nothing that the kernel has, so these tests ask nothing of the disk; on a
loaded disk every commit would cost 50 ms.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

MEMORY = Path("/dev/shm")


@contextmanager
def folder_in_memory(otherwise: Path) -> Iterator[Path]:
    """Yield a folder that is removed afterwards, or another where there is no such memory."""
    if not MEMORY.is_dir():
        yield otherwise
        return
    with TemporaryDirectory(prefix="sinkledger-", dir=MEMORY) as folder:
        yield Path(folder)
