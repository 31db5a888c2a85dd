"""Temporary folders in memory: the tests commit tens of thousands of times.

Killing a process loses nothing that the kernel has, and a power cut is played on a disk of our own
making (`tests/support/power_cut.py`), so nothing is asked of the real disk, where every commit
costs four times 2 to 50 ms.
"""

import getpass
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30


def use_memory() -> None:
    """Let temporary folders lie in memory, if there is room and TMPDIR names no other place."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    if shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return
    folder = MEMORY / f"sinkledger-{getpass.getuser()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
