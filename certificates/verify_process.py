"""Verifying a stranger's file in a process of its own, with little time and little memory.

A PDF parser and a picture decoder are the widest doors that a registry opens to the world. Behind
them the child has a few seconds of one processor, little memory and no large file; it gets the
bytes by a pipe, and whatever happens to it, the parent only reads an answer or says that there was
none.
"""

import json
import os
import resource
import subprocess
import sys
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from certificates.offered import Offered
from certificates.photo import read_photo
from certificates.trust import Trust
from certificates.verdict import FAILED, FOREIGN, STEPS, Facts, Step, StepFailed, Verdict
from certificates.verdict import not_reached as left_out
from certificates.verify import verify_pdf
from certificates.verify_log import Newer
from contracts.values import Json

CPU_SECONDS: Final = 8
WALL_SECONDS: Final = 30
"""An honest file needs a second of an idle machine; the rest is for a busy one."""

DATA_BYTES: Final = 352 * 1024**2
"""Memory of the child's own. Some 90 MB of libraries come on top, so it stays below 512 MB."""

ADDRESS_BYTES: Final = 1024**3
FILE_BYTES: Final = 32_000_000
"""The renderer keeps its fonts in temporary files; nothing larger is written."""

_ROOT: Final = Path(__file__).resolve().parents[1]
_OUT_OF_LIMITS: Final = ("核验超出时间或内存限制", "verification ran out of time or memory")


def verify_in_child(data: bytes, trust_dir: Path, *, newer: Newer | None = None) -> Verdict:
    """Verify a file in a child process with limits.

    Returns:
        Its verdict; if it died, ran out of time or memory, or answered nothing readable, a
        verdict whose first step failed.

    Raises:
        OSError, TrustError: the trust folder cannot be read or is damaged, which says nothing
            about the file.
    """
    Trust.load(trust_dir)
    asked = newer or Newer()
    request: dict[str, Json] = {
        "newer": {
            "note": _text(asked.note),
            "state": _text(asked.state),
            "witnessed_after": asked.witnessed_after,
        },
        "trust": str(trust_dir.resolve()),
    }
    try:
        return Verdict.from_json(_ask(Offered.PDF, request, data))
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        zh, en = _OUT_OF_LIMITS
        first = Step(name=STEPS[0], state=FAILED, zh=zh, en=en)
        return Verdict(
            steps=(first, *(left_out(name) for name in STEPS[1:])),
            facts=Facts(sha256=sha256(data).hexdigest()),
            identity=FOREIGN,
        )


def read_photo_in_child(data: bytes) -> str:
    """Return the text of the certificate's code in a picture.

    Raises:
        StepFailed: there is none, or looking for it took too much.
    """
    try:
        answer = _ask(Offered.PHOTO, {}, data)
        if answer["text"] is not None:
            return str(answer["text"])
        reason = StepFailed(str(answer["zh"]), str(answer["en"]))
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        reason = StepFailed(*_OUT_OF_LIMITS)
    raise reason


def _ask(offered: Offered, request: dict[str, Json], data: bytes) -> dict[str, Json]:
    command = [sys.executable, "-m", __name__, offered]
    line = json.dumps(request).encode() + b"\n"
    done = subprocess.run(  # noqa: S603 - our own module, its only argument is a word of ours
        command,
        cwd=_ROOT,
        input=line + data,
        capture_output=True,
        timeout=WALL_SECONDS,
        check=False,
    )
    answer = json.loads(done.stdout)
    if not isinstance(answer, dict):
        raise ValueError("the child answered something else")
    return answer


def main() -> int:
    """Be the child: set the limits, read what is asked, answer as JSON."""
    os.umask(0o077)
    for limit, value in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_DATA, DATA_BYTES),
        (resource.RLIMIT_AS, ADDRESS_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    request = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    answer = _photo(data) if sys.argv[1] == Offered.PHOTO else _pdf(data, request)
    print(json.dumps(answer))
    return 0


def _pdf(data: bytes, request: dict[str, dict[str, Json]]) -> dict[str, Json]:
    given = request["newer"]
    newer = replace(
        Newer(note=_bytes(given["note"]), state=_bytes(given["state"])),
        witnessed_after=given["witnessed_after"],  # type: ignore[arg-type] # our parent wrote it
    )
    return verify_pdf(data, Trust.load(Path(str(request["trust"]))), newer=newer).to_json()


def _photo(data: bytes) -> dict[str, Json]:
    try:
        return {"text": read_photo(data)}
    except StepFailed as reason:
        return {"en": reason.en, "text": None, "zh": reason.zh}


def _text(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()


def _bytes(text: Json) -> bytes | None:
    return None if text is None else b64decode(str(text))


if __name__ == "__main__":
    sys.exit(main())
