"""A process that is ready to verify, and forks itself for every file that a stranger sends.

Loading the renderer, its typefaces and a PDF library takes two seconds; a fork of a process that
has them takes milliseconds. The forker itself never reads a stranger's byte. Its children each read
one request, answer and end. They inherit limits, no ledger, no key, and no connection but their own
two; whoever does not end in time is killed.
"""

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from certificates.offered import Offered
from certificates.photo import read_photo
from certificates.trust import Trust
from certificates.verdict import StepFailed
from certificates.verify import verify_pdf
from certificates.verify_content import prepare
from certificates.verify_log import Newer
from contracts.values import Json

CHILDREN_MAX: Final = 4
"""Those who come then wait in the queue of their own connection."""

CPU_SECONDS: Final = 5
ALARM_SECONDS: Final = 8.0
KILL_SECONDS: Final = 8.5
"""A good file takes half a second of a processor; the rest is for a slow or busy machine. A child
ends itself by its alarm; one that has been taken over is ended from here."""

DATA_BYTES: Final = 352 * 1024**2
"""Memory of the child's own. Some 90 MB of libraries come on top, so it stays below 512 MB."""

ADDRESS_BYTES: Final = 1024**3
FILE_BYTES: Final = 32_000_000
FILES_MAX: Final = 64

READY: Final = b"R"
_WORD: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """A child that is at work: where its end is told, and when it has to end."""

    answer: socket.socket
    until: float


def main(control: socket.socket) -> int:
    """Fork a child for every pair of connections that comes, until nobody is left to send one."""
    os.umask(0o077)
    woken, waking = os.pipe()
    for end in (woken, waking):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    prepare()
    # What is here now is shared with every child; the collector would write into each page of it.
    gc.freeze()
    control.sendall(READY)
    children: dict[int, _Child] = {}
    while True:
        readable = _wait(control, woken, children)
        if woken in readable:
            os.read(woken, 4096)
        _bury(children)
        if control.fileno() in readable:
            _, pair, _, _ = socket.recv_fds(control, _WORD, 2)
            if len(pair) != 2:
                break
            _bear(control, pair, children)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    return 0


def _wait(control: socket.socket, woken: int, children: dict[int, _Child]) -> list[int]:
    """Wait for a request, a child's end or the moment when one has to end."""
    watched = [woken] if len(children) >= CHILDREN_MAX else [woken, control.fileno()]
    until = min((child.until for child in children.values()), default=None)
    left = None if until is None else max(until - time.monotonic(), 0.0)
    return select.select(watched, [], [], left)[0]


def _bury(children: dict[int, _Child]) -> None:
    """Kill who had time enough, and tell of those who ended how, and what it took."""
    now = time.monotonic()
    for pid, child in children.items():
        if child.until <= now:
            os.kill(pid, signal.SIGKILL)
    while children:
        pid, status, used = os.wait4(-1, os.WNOHANG)
        if pid == 0:
            return
        told = {
            "code": os.waitstatus_to_exitcode(status),
            "memory_kb": used.ru_maxrss,
            "seconds": used.ru_utime + used.ru_stime,
        }
        with children.pop(pid).answer as answer:
            # Whoever asked may have gone, or may have left the child's answer unread.
            answer.settimeout(0)
            try:
                answer.sendall(b"\n" + json.dumps(told).encode())
            except OSError:
                continue


def _bear(control: socket.socket, pair: list[int], children: dict[int, _Child]) -> None:
    request, answer = (socket.socket(fileno=one) for one in pair)
    until = time.monotonic() + KILL_SECONDS
    pid = os.fork()
    if pid:
        request.close()
        children[pid] = _Child(answer=answer, until=until)
        return
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in (control, *(child.answer for child in children.values())):
            other.close()
        _answer(request, answer)
    finally:
        # Nothing of the forker's may be tidied away by a child of its.
        os._exit(1)


def _answer(request: socket.socket, answer: socket.socket) -> NoReturn:
    """Be the child: set the limits, read what is asked, answer as JSON on one line."""
    signal.setitimer(signal.ITIMER_REAL, ALARM_SECONDS)
    for limit, value in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_DATA, DATA_BYTES),
        (resource.RLIMIT_AS, ADDRESS_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, FILES_MAX),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    with request, request.makefile("rb") as source:
        asked = json.loads(source.readline())
        data = source.read()
    found = _photo(data) if asked["offered"] == Offered.PHOTO else _pdf(data, asked)
    answer.sendall(json.dumps(found).encode())
    os._exit(0)


def _pdf(data: bytes, asked: dict[str, Json]) -> dict[str, Json]:
    after = asked["witnessed_after"]
    newer = Newer(
        note=_bytes(asked["note"]),
        state=_bytes(asked["state"]),
        witnessed_after=after if isinstance(after, int) else None,
    )
    return verify_pdf(data, Trust.load(Path(str(asked["trust"]))), newer=newer).to_json()


def _photo(data: bytes) -> dict[str, Json]:
    try:
        return {"text": read_photo(data)}
    except StepFailed as reason:
        return {"en": reason.en, "text": None, "zh": reason.zh}


def _bytes(text: Json) -> bytes | None:
    return None if text is None else b64decode(str(text))


if __name__ == "__main__":
    sys.exit(main(socket.socket(fileno=int(sys.argv[1]))))
