"""Verifying a stranger's file in a process of its own, with little time and little memory.

A PDF parser and a picture decoder are the widest doors that a registry opens to the world. Behind
them a child has a few seconds, little memory and nothing of the registry's. Whatever happens to it,
here only an answer is read, or that there was none.
"""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

from certificates.children import WALL_SECONDS, ForkerError, forker
from certificates.offered import Offered
from certificates.trust import Trust
from certificates.verdict import (
    FAILED,
    FOREIGN,
    NOT_CHECKED,
    STEPS,
    Facts,
    Finding,
    State,
    Step,
    StepFailed,
    StepNotChecked,
    Verdict,
)
from certificates.verdict import not_reached as left_out
from certificates.verify_log import Newer
from contracts.values import Json

_OUT_OF_LIMITS: Final = (
    "核验所需的时间或内存超出限制，不予采信",
    "refused: it takes too much time or memory to be read",
)
_NOT_STARTED: Final = (
    "未核验：本机的核验程序无法启动，这与所交内容无关",
    "not checked: the verifier does not start on this machine, whatever was given",
)
_TOO_LATE: Final = (
    f"未核验：{WALL_SECONDS:.0f}秒内没有得出结论，请稍后再试，或下载后离线核验",
    f"not checked: no result within {WALL_SECONDS:.0f} seconds; try again, or verify it offline",
)


def verify_in_child(data: bytes, trust_dir: Path, *, newer: Newer | None = None) -> Verdict:
    """Verify a file in a child process with limits.

    Returns:
        Its verdict; if it took too much or broke the child, a verdict whose first step failed; if
        it was not done in time, one whose first step was not checked.

    Raises:
        OSError, TrustError: the trust folder cannot be read or is damaged, which says nothing
            about the file.
    """
    Trust.load(trust_dir)
    asked = newer or Newer()
    request: dict[str, Json] = {
        "note": _text(asked.note),
        "offered": Offered.PDF,
        "state": _text(asked.state),
        "trust": str(trust_dir.resolve()),
        "witnessed_after": asked.witnessed_after,
    }
    try:
        answer = forker().ask(request, data)
    except ForkerError:
        return _without_steps(data, NOT_CHECKED, _NOT_STARTED)
    if answer.found is None:
        if answer.is_late:
            return _without_steps(data, NOT_CHECKED, _TOO_LATE)
        return _without_steps(data, FAILED, _OUT_OF_LIMITS)
    try:
        return Verdict.from_json(answer.found)
    except (KeyError, TypeError):
        return _without_steps(data, FAILED, _OUT_OF_LIMITS)


def read_photo_in_child(data: bytes) -> str:
    """Return the text of the certificate's code in a picture.

    Raises:
        StepFailed: there is none, or looking for it took too much.
        StepNotChecked: it was not found in time.
    """
    try:
        answer = forker().ask({"offered": Offered.PHOTO}, data)
    except ForkerError as error:
        raise StepNotChecked(*_NOT_STARTED) from error
    found = answer.found
    if found is None:
        raise StepNotChecked(*_TOO_LATE) if answer.is_late else StepFailed(*_OUT_OF_LIMITS)
    if found["text"] is None:
        raise StepFailed(str(found["zh"]), str(found["en"]))
    return str(found["text"])


def _without_steps(data: bytes, state: State, why: Finding) -> Verdict:
    zh, en = why
    first = Step(name=STEPS[0], state=state, zh=zh, en=en)
    return Verdict(
        steps=(first, *(left_out(name) for name in STEPS[1:])),
        facts=Facts(sha256=sha256(data).hexdigest()),
        identity=FOREIGN,
    )


def _text(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()
