"""An open-loop client: requests at a fixed rate, whatever becomes of those before.

The time of an answer counts from when its request was due, not from when a connection was free;
a server that stalls is so charged for all who would have come meanwhile.
"""

import asyncio
import gc
from collections import deque
from collections.abc import Sequence
from time import perf_counter

CONNECTIONS = 64


class _Line(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, pace: "_Pace") -> None:
        self._pace = pace
        self._read = b""
        self._due_s = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be free for requests."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        self._pace.free.append(self)

    def send(self, request: bytes, due_s: float) -> None:
        """Send a request that was due at a time."""
        self._due_s = due_s
        if self._transport is not None:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take an answer, once it is whole."""
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        length = int(lower.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._read = body[length:]
        self._pace.told(self, perf_counter() - self._due_s, good=b" 201 " in head[:16])


class _Pace:
    """Who is free, who waits for a connection, and what was measured."""

    def __init__(self) -> None:
        self.free: deque[_Line] = deque()
        self.late: deque[tuple[bytes, float]] = deque()
        self.seconds: list[float] = []
        self.failed = 0

    def ask(self, request: bytes, due_s: float) -> None:
        """Send a request now, or as soon as a connection is free."""
        if self.free:
            self.free.popleft().send(request, due_s)
        else:
            self.late.append((request, due_s))

    def told(self, line: _Line, seconds: float, *, good: bool) -> None:
        """Count an answer, and let the connection go on."""
        self.seconds.append(seconds)
        self.failed += not good
        if self.late:
            line.send(*self.late.popleft())
        else:
            self.free.append(line)


def paced_ms(port: int, bodies: Sequence[bytes], per_s: float) -> tuple[float, float]:
    """Return the median and the 99th percentile of the answers' milliseconds.

    Raises:
        RuntimeError: an answer was no 201.
    """
    gc.collect()
    pace = asyncio.run(_run(port, bodies, per_s))
    if pace.failed:
        raise RuntimeError(f"{pace.failed} of {len(bodies)} were not recorded")
    ordered = sorted(pace.seconds)
    return ordered[len(ordered) // 2] * 1e3, ordered[len(ordered) * 99 // 100] * 1e3


async def _run(port: int, bodies: Sequence[bytes], per_s: float) -> _Pace:
    pace, loop = _Pace(), asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: _Line(pace), "127.0.0.1", port)
    head = "POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    requests = [f"{head}Content-Length: {len(one)}\r\n\r\n".encode() + one for one in bodies]
    began_s = perf_counter()
    for number, request in enumerate(requests):
        due_s = began_s + number / per_s
        left_s = due_s - perf_counter()
        if left_s > 0:
            await asyncio.sleep(left_s)
        pace.ask(request, due_s)
    while len(pace.seconds) < len(requests):
        await asyncio.sleep(0.01)
    return pace
