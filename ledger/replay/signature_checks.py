"""Checking the signatures of many entries beside the replay, in a child process.

Deciding orders again keeps one core busy in Python; a thread could not check signatures meanwhile,
because it would wait for the interpreter after every one. The child gets the entries' bytes, reads
them itself, and answers one line a page: the first entry whose signatures do not hold, or none.

    parent: scope as canonical JSON in a frame; then pages: count, and that many frames
    child:  canonical JSON, one line a page: {"bad": null} or {"bad": {"reason", "seq"}}
    frame:  as `ledger.children` writes it
"""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Final

from ledger.children import end_child, frame, number, read_frame, read_number, start_child
from ledger.log.canonical import Json, canonical, parse_canonical
from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.verify import ChainError, PasskeyScope, check_signatures

FEW: Final = 2_000
"""So many entries are checked here at once: starting a child would take longer."""

AHEAD_MAX: Final = 4
"""Pages that wait for the child; more would only take memory."""


class CheckerError(Exception):
    """The child ended before it had answered: the world failed, nothing is said of the entries."""


class SignatureChecker:
    """Checks pages of entries in sequence; use it in a `with`, and `finish` before it ends."""

    def __init__(self, scope: PasskeyScope) -> None:
        self._scope = scope
        self._done = 0
        self._pending: list[Future[ChainError | None]] = []
        self._thread = ThreadPoolExecutor(1)
        self._child: subprocess.Popen[bytes] | None = None

    def check(self, entries: Sequence[Entry]) -> None:
        """Have a page checked; it may be a later call that says that one does not hold.

        Raises:
            ChainError: names the first entry with a signature that does not hold.
            CheckerError: the child has ended.
        """
        self._done += len(entries)
        if self._child is None and self._done <= FEW:
            for entry in entries:
                check_signatures(entry, self._scope)
            return
        if self._child is None:
            self._child = _start(self._scope)
        contents = [entry.content for entry in entries]
        self._pending.append(self._thread.submit(_ask, self._child, contents))
        self._wait(AHEAD_MAX)

    def finish(self) -> None:
        """Wait for the last page; raises as `check`."""
        self._wait(0)

    def _wait(self, left: int) -> None:
        while len(self._pending) > left:
            error = self._pending.pop(0).result()
            if error is not None:
                raise error

    def __enter__(self) -> "SignatureChecker":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        if self._child is not None:
            end_child(self._child)
        self._thread.shutdown(cancel_futures=True)


def _start(scope: PasskeyScope) -> subprocess.Popen[bytes]:
    """Start a child, and tell it where passkeys may sign."""
    child = start_child("ledger.replay.signature_checks")
    _send(child, frame(canonical({"origins": scope.origins, "rp_id": scope.rp_id})))
    return child


def _ask(child: subprocess.Popen[bytes], contents: Sequence[bytes]) -> ChainError | None:
    _send(child, number(len(contents)) + b"".join(frame(content) for content in contents))
    if child.stdout is None or not (line := child.stdout.readline()):
        raise CheckerError("the process that checks signatures has ended")
    answer = parse_canonical(line.removesuffix(b"\n"))
    bad = answer["bad"] if isinstance(answer, dict) else None
    return ChainError(int(str(bad["seq"])), str(bad["reason"])) if isinstance(bad, dict) else None


def _send(child: subprocess.Popen[bytes], data: bytes) -> None:
    try:
        if child.stdin is not None:
            child.stdin.write(data)
            child.stdin.flush()
    except OSError as error:
        raise CheckerError("the process that checks signatures has ended") from error


def answer_pages(asked: IO[bytes], said: IO[bytes]) -> None:
    """Be the child: answer page after page until there is no more."""
    stated = parse_canonical(read_frame(asked))
    scope = PasskeyScope()
    if isinstance(stated, dict) and isinstance(stated["origins"], list):
        rp_id = stated["rp_id"]
        origins = tuple(str(origin) for origin in stated["origins"])
        scope = PasskeyScope(rp_id=rp_id if isinstance(rp_id, str) else None, origins=origins)
    while count := read_number(asked):
        contents = [read_frame(asked) for _ in range(count)]
        error = _first_bad(contents, scope)
        bad: Json = {"reason": error.reason, "seq": error.seq} if error else None
        said.write(canonical({"bad": bad}) + b"\n")
        said.flush()


def _first_bad(contents: Sequence[bytes], scope: PasskeyScope) -> ChainError | None:
    try:
        for content in contents:
            check_signatures(parse_entry(content), scope)
    except ChainError as error:
        return error
    except EntryError as error:
        # Whoever sends has read the entry before, so this is no verdict on the ledger.
        raise CheckerError(str(error)) from error
    return None


if __name__ == "__main__":
    answer_pages(sys.stdin.buffer, sys.stdout.buffer)
