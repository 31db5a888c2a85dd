"""Verifying a stranger's file in a process of its own, with little time and little memory.

A PDF parser is the widest door that a registry opens to the world. Behind it the child has 20
seconds of one processor, 1 GiB of memory and no large file; whatever happens to it, the parent
only reads an answer or says that there was none.
"""

import json
import os
import resource
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from certificates import verify
from certificates.trust import Trust
from certificates.verdict import FAILED, STEPS, Facts, Step, Verdict, not_reached

CPU_SECONDS: Final = 20
WALL_SECONDS: Final = 60
MEMORY_BYTES: Final = 1024**3
FILE_BYTES: Final = 32_000_000
"""The renderer keeps its fonts in temporary files; nothing larger is written."""

_ROOT: Final = Path(__file__).resolve().parents[1]


def verify_in_subprocess(path: Path, trust_dir: Path) -> Verdict:
    """Verify a file in a child process with limits.

    Returns:
        Its verdict; if it died, ran out of time or memory, or answered nothing readable, a
        verdict whose first step failed.

    Raises:
        OSError: the file cannot be read at all.
        TrustError: the trust folder is damaged, which says nothing about the file.
    """
    Trust.load(trust_dir)
    digest = sha256(path.read_bytes()).hexdigest()
    command = [sys.executable, "-m", __name__, str(path.resolve()), str(trust_dir.resolve())]
    try:
        answer = subprocess.run(  # noqa: S603 - our own module, the paths are single arguments
            command, cwd=_ROOT, capture_output=True, timeout=WALL_SECONDS, check=False
        )
        return Verdict.from_json(json.loads(answer.stdout))
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        first = Step(
            name=STEPS[0],
            state=FAILED,
            zh="核验超出时间或内存限制",
            en="verification ran out of time or memory",
        )
        steps = (first, *(not_reached(name) for name in STEPS[1:]))
        return Verdict(steps=steps, facts=Facts(sha256=digest))


def main() -> int:
    """Be the child: set the limits, then verify and print the verdict as JSON."""
    os.umask(0o077)
    for limit, value in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    path, trust_dir = sys.argv[1:]
    return verify.main([path, "--trust", trust_dir, "--json"])


if __name__ == "__main__":
    sys.exit(main())
