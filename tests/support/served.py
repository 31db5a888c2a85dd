"""`sinkledger serve` in a process of its own, to be stopped, killed and asked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support.architecture import ROOT
from tests.support.runbook import START, free_port

PATIENCE_S = 30
QUICK = "import api.serving as s; s.begin_verifying = lambda: None; "
"""No second process that verifies files: it takes seconds to begin, and nobody asks it here."""


@contextmanager
def served(folder: Path, *options: str, before: str = "", **settings: object) -> Iterator["Served"]:
    """Run `serve` on a scene's folder, until it ends by itself or is killed."""
    port = free_port()
    at = ["--port", str(port), "--confirm-clock", *options]
    where = ["--data", str(folder / "data"), "--keys", str(folder / "keys")]
    environment = {f"SINKLEDGER_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", QUICK + before + START, "serve", *where, *at],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Served(process, f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.communicate()


class Served:
    """A service in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process, self.url = process, url

    def wait(self) -> None:
        """Return once it answers."""
        until_s = time.monotonic() + PATIENCE_S
        while self.status("/healthz") != 200:
            assert time.monotonic() < until_s, "the service does not answer"
            time.sleep(0.05)

    def status(self, path: str) -> int:
        """Return a status; 0 where nobody answers."""
        try:
            return httpx2.get(self.url + path, timeout=5).status_code
        except httpx2.TransportError:
            return 0

    def stop(self) -> None:
        """Tell it to stop."""
        self.process.send_signal(signal.SIGTERM)

    def code(self) -> int:
        """Return how it ended."""
        return self.process.wait(PATIENCE_S)
