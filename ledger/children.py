"""Child processes that run this very code, and the frames that are sent to them through pipes.

frame: length in 4 bytes, big-endian, and that many bytes
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

_ROOT: Final = Path(__file__).resolve().parents[1]
_COUNT_SIZE: Final = 4


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


def end_child(child: subprocess.Popen[bytes]) -> None:
    """End a child that holds nothing worth keeping, and close its pipes."""
    child.kill()
    child.wait()
    # A pipe whose other end is gone may still hold a part of what was sent.
    with suppress(BrokenPipeError):
        if child.stdin:
            child.stdin.close()
    if child.stdout:
        child.stdout.close()


def frame(data: bytes) -> bytes:
    """Return bytes with their length before them."""
    return number(len(data)) + data


def number(value: int) -> bytes:
    """Return a count as frames write it."""
    return value.to_bytes(_COUNT_SIZE, "big")


def read_number(stream: IO[bytes]) -> int | None:
    """Read a count; nothing when the stream has ended."""
    data = stream.read(_COUNT_SIZE)
    return int.from_bytes(data, "big") if data else None


def read_frame(stream: IO[bytes]) -> bytes:
    """Read the bytes of one frame."""
    return stream.read(read_number(stream) or 0)
