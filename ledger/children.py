"""Child processes that run this very code: a signer, a checker of signatures."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]


def start_child(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a module of this project as a child that is spoken to through pipes.

    It finds the same code as this process; -P keeps the current folder out of its search.
    """
    return subprocess.Popen(  # noqa: S603 # our own interpreter on our own module
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
