"""Following `docs/WITNESS.md` to the letter: its commands, in a folder of their own."""

import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support.architecture import ROOT

START = "import sys; from api.cli import main; sys.argv[0] = 'sinkledger'; main()"
LOG_ADDRESS = "https://registry.example/log"
PATIENCE_S = 20


def commands_of(document: Path) -> list[list[str]]:
    """Return the arguments of every `sinkledger` command that the document's blocks show."""
    blocks = re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    prefix = "witness/bin/sinkledger "
    return [shlex.split(line)[1:] for line in lines if line.startswith(prefix)]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run(command: list[str], folder: Path) -> str:
    """Run one command to its end, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", START, *command],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[str]:
    """Run a command that serves, on a free port; yield its address once it answers."""
    port = free_port()
    at = command.index("--port") + 1
    process = subprocess.Popen(
        [sys.executable, "-c", START, *command[:at], str(port), *command[at + 1 :]],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait_for(url: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            httpx2.get(url, timeout=1)
            return
        except httpx2.TransportError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
