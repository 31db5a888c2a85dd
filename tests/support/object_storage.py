"""An object storage that speaks S3, on this machine: rclone serving a folder."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RCLONE = Path(sys.executable).parent / "rclone"
KEY, SECRET = "sinkledger", "only-for-tests"


@contextmanager
def served(folder: Path) -> Iterator[dict[str, str]]:
    """Serve a folder, whose subfolders are buckets; give the environment to reach it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [str(RCLONE), "serve", "s3", "--addr", address, "--auth-key", f"{KEY},{SECRET}"]
    command += ["--config", "", "--vfs-cache-mode", "off", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(address)
            yield {
                "AWS_ENDPOINT_URL": f"http://{address}",
                "AWS_ALLOW_HTTP": "true",
                "AWS_ACCESS_KEY_ID": KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_REGION": "us-east-1",
            }
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    host, _, port = address.partition(":")
    for _ in range(400):
        try:
            socket.create_connection((host, int(port)), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"rclone does not listen at {address}")
