"""Checking Ed25519 signatures in child processes while this process decides orders.

`cryptography` lets other threads run while it checks a signature. But the thread that decides
orders gives the interpreter back only every 5 ms, so a thread that checks beside it would wait
that long after every signature, and a shorter interval costs both of them more (ADR-0034 has the
figures). A child waits for nobody. Pages are sent ahead, so it never idles between two of them.

    parent: a page: its number, how many items, their length in bytes; the items
    item:   key, 32 bytes; signature, 64 bytes; length of the message; the message
    child:  the page's number, and one byte an item: "+" for a signature that holds, else "-"

Numbers are written as `ledger.children` does. An answer that is not whole, or to another page, is
no answer: then the caller checks those signatures itself.
"""

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fcntl import F_SETPIPE_SZ, fcntl
from threading import Lock
from typing import IO, Final, TypeAlias
from weakref import finalize

from ledger.children import end_child, number, read_number, start_child
from ledger.log.signature import SignatureError, verify_ed25519

Item: TypeAlias = tuple[bytes, bytes, bytes]
"""Key, signature, message."""

CHILDREN_MAX: Final = 2
"""Two children check more signatures in a second than one sequencer can decide orders."""

NICE: Final = 10
PAGE_ITEMS: Final = 128
PAGES_DUE_MAX: Final = 256
"""Their answers have some 34,000 bytes; an ordinary pipe takes 65,536."""

PIPE_BYTES: Final = 2**20

_KEY, _SIG, _NUMBER = 32, 64, 4
_GOOD: Final = b"+"
_BAD: Final = b"-"


@dataclass(slots=True, eq=False)
class _Page:
    """Items that one child has been asked about, and its answer: one byte an item."""

    number: int
    items: Sequence[Item]
    answer: bytes | None = None
    answered: bool = False


@dataclass(slots=True)
class Verdicts:
    """What has been asked; `wait` returns the answers."""

    _pages: list[tuple["_Child", _Page]]

    def wait(self) -> list[bool | None]:
        """Return for each item whether its signature holds; nothing where no child could say."""
        found: list[bool | None] = []
        for child, page in self._pages:
            answer = child.wait(page)
            if answer is None:
                found.extend([None] * len(page.items))
            else:
                found.extend(sign == _GOOD[0] for sign in answer)
        return found


@dataclass(slots=True)
class SignaturePool:
    """Children that check signatures; any number of threads may ask them."""

    _children: list["_Child"] = field(default_factory=list)
    _starting: Lock = field(default_factory=Lock)
    _turn: int = 0

    def ask(self, items: Sequence[Item]) -> Verdicts:
        """Send items to the children, page by page in turns, without waiting for an answer."""
        with self._starting:
            self._children = [child for child in self._children if not child.gone]
            while len(self._children) < CHILDREN_MAX:
                self._children.append(_Child(start_child("ledger.intake.signature_pool")))
            children, turn = self._children, self._turn
            self._turn += -(-len(items) // PAGE_ITEMS)
        asked = []
        for start in range(0, len(items), PAGE_ITEMS):
            child = children[(turn + start // PAGE_ITEMS) % len(children)]
            asked.append((child, child.ask(items[start : start + PAGE_ITEMS])))
        return Verdicts(asked)

    def close(self) -> None:
        """End the children; they start again when somebody asks."""
        with self._starting:
            for child in self._children:
                child.gone = True
                child.end()
            self._children = []


def new_pool() -> SignaturePool | None:
    """Return a pool whose children start when they are asked; none where there is one core only."""
    return SignaturePool() if len(os.sched_getaffinity(0)) > 1 else None


class _Child:
    """One child: it is asked page after page, and answers in the same sequence."""

    __slots__ = (
        "__weakref__",
        "_asked",
        "_asking",
        "_pages",
        "_process",
        "_reading",
        "end",
        "gone",
    )

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._asking, self._reading = Lock(), Lock()
        self._asked: deque[_Page] = deque()
        self._pages = 0
        self.gone = False
        # It ends with whoever asks it, even if nobody closes the pool.
        self.end = finalize(self, end_child, process)
        if process.stdin:
            # A small pipe makes whoever asks wait, and changes no answer.
            with suppress(OSError):
                fcntl(process.stdin, F_SETPIPE_SZ, PIPE_BYTES)

    def ask(self, items: Sequence[Item]) -> _Page:
        self._make_room()
        with self._asking:
            self._pages += 1
            page = _Page(self._pages & 0xFFFF_FFFF, items)
            self._asked.append(page)
            try:
                if self._process.stdin and not self.gone:
                    self._process.stdin.write(_to_bytes(page))
                    self._process.stdin.flush()
            except (OSError, ValueError):  # its end of the pipe is gone, or ours
                self.gone = True
            return page

    def wait(self, page: _Page) -> bytes | None:
        """Read answers until that to `page` is there; nothing if the child has ended."""
        with self._reading:
            while not page.answered:
                self._take_answer()
            return page.answer

    def _make_room(self) -> None:
        """Read answers while very many are due, or the child could not write them any more.

        It would then read nothing either, and whoever asks would wait for it for ever.
        """
        if len(self._asked) >= PAGES_DUE_MAX:
            with self._reading:
                while len(self._asked) >= PAGES_DUE_MAX:
                    self._take_answer()

    def _take_answer(self) -> None:
        first = self._asked.popleft()
        first.answer = None if self.gone else self._read(first)
        first.answered = True

    def _read(self, page: _Page) -> bytes | None:
        stream, answer = self._process.stdout, b""
        with suppress(OSError, ValueError):
            if stream and read_number(stream) == page.number:
                answer = stream.read(len(page.items))
        if len(answer) == len(page.items) and not answer.strip(_GOOD + _BAD):
            return answer
        self.gone = True
        self._process.kill()
        return None


def _to_bytes(page: _Page) -> bytes:
    parts: list[bytes] = []
    for key, sig, message in page.items:
        parts += key, sig, number(len(message)), message
    items = b"".join(parts)
    return number(page.number) + number(len(page.items)) + number(len(items)) + items


def _holds(item: Item) -> bool:
    try:
        verify_ed25519(*item)
    except SignatureError:
        return False
    return True


def answer_pages(asked: IO[bytes], said: IO[bytes]) -> None:
    """Be the child: answer page after page until there is no more."""
    while (page := read_number(asked)) is not None:
        count, size = read_number(asked) or 0, read_number(asked) or 0
        items = asked.read(size)
        if len(items) < size:
            return  # whoever asked has ended
        verdicts = [_GOOD if _holds(item) else _BAD for item in _items(items, count)]
        said.write(number(page) + b"".join(verdicts))
        said.flush()


def _items(data: bytes, count: int) -> Iterable[Item]:
    position = 0
    for _ in range(count):
        start = position + _KEY + _SIG + _NUMBER
        sig = position + _KEY
        end = start + int.from_bytes(data[start - _NUMBER : start], "big")
        yield data[position:sig], data[sig : start - _NUMBER], data[start:end]
        position = end


if __name__ == "__main__":
    # It ends when nobody can ask it any more, so that a server going down gets its last verdicts.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    # Whoever decides orders, and the database that waits for him, go first: there is one of them.
    os.nice(NICE)
    answer_pages(sys.stdin.buffer, sys.stdout.buffer)
