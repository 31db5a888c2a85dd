"""Folders that take seconds to make: made by the first test process that asks, read by all."""

import os
import shutil
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

MADE = "made"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder that `make` fills, which no test may write to.

    The processes of one run share it; whoever comes while it is being made waits.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / name
    with (root / f"{name}.lock").open("a+") as lock:
        flock(lock, LOCK_EX)
        lock.seek(0)
        if lock.read() != MADE:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            lock.write(MADE)
    return folder
