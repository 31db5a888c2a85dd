"""Fifty times as many orders as a slow ledger can take, and what becomes of everybody meanwhile."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from api.app import create_app
from contracts.refusal import Refused
from ledger.intake.checking import CheckedOrder
from ledger.intake.envelope import envelope_bytes
from ledger.log.entry import Entry
from ledger.registry import Registry
from ledger.sequencing import sequencer
from ledger.sequencing.fair_queue import QueueLimits
from tests.support import bodies
from tests.support.ledger import Scene

BATCH = 2
BATCH_S = 0.1
PER_S = BATCH / BATCH_S
"""So slow that one event loop hears fifty times as many with ease, and waiting is the queue's."""

OVERLOAD = 50
LIMITS = QueueLimits(items=8, lane_items=4)
SENT_TIMES = 8
"""So often the same order is sent: whoever is turned away comes again."""

QUIET = 5


@dataclass(slots=True)
class Crowd:
    """What everybody was told."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    reads_s: list[float] = field(default_factory=list)
    quiet_s: list[float] = field(default_factory=list)
    recorded: set[int] = field(default_factory=set)
    waiting_most: int = 0
    without_advice: int = 0

    @property
    def p99_s(self) -> float:
        """The 99th percentile of the time until an admitted order was answered."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100]


def crowd(scene: Scene, seconds: float, limits: QueueLimits = LIMITS) -> Crowd:
    """Let one sender send fifty times too much, while a quiet one and a reader come now and then.

    Calls the application itself, so that the crowd costs less than what it asks for.
    """
    stock = bodies.transfer(scene.owner, scene.buyer, quantity_kg=QUIET)
    scene.world.submit(scene.world.signed("units.transfer", stock))
    decide = Registry.submit_checked

    def slowly(
        registry: Registry, orders: Sequence[CheckedOrder], **how: Any
    ) -> tuple[Entry | Refused, ...]:
        time.sleep(BATCH_S)
        return decide(registry, orders, **how)

    app = create_app(scene.world.registry, limits=limits)
    app.state.clock = lambda: scene.world.now_us
    with (
        mock.patch.object(Registry, "submit_checked", slowly),
        mock.patch.object(sequencer, "BATCH_ORDERS", BATCH),
    ):
        found = asyncio.run(_all(scene, app, seconds))
        app.state.taking.close()
    return found


async def _all(scene: Scene, app: Any, seconds: float) -> Crowd:
    found = Crowd()
    count = int(PER_S * OVERLOAD * seconds)
    orders = [_order(scene, scene.owner, scene.buyer) for _ in range(count // SENT_TIMES)]
    quiet = [_order(scene, scene.buyer, scene.third) for _ in range(QUIET)]
    over = asyncio.Event()
    reading = asyncio.create_task(_read(app, found, over))
    began_s = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(_quiet(app, found, quiet, seconds))
        for number in range(count):
            ahead_s = began_s + number / (PER_S * OVERLOAD) - time.monotonic()
            # A crowd that can send no faster is no smaller: it sends all of it.
            await asyncio.sleep(max(0, ahead_s) if number % 16 == 0 else 0)
            group.create_task(_send(app, found, orders[number % len(orders)]))
            found.waiting_most = max(found.waiting_most, app.state.taking.waiting)
    over.set()
    await reading
    return found


def _order(scene: Scene, source: str, target: str) -> bytes:
    body = bodies.transfer(source, target, quantity_kg=1)
    return envelope_bytes(scene.world.signed("units.transfer", body))


async def _send(app: Any, found: Crowd, content: bytes) -> int:
    began_s = time.monotonic()
    status, headers, body = await call(app, "POST", "/v1/orders", content)
    found.statuses[status] += 1
    if status in (429, 503):
        found.without_advice += b"retry-after" not in headers or b"ratelimit" not in headers
    else:
        found.seconds.append(time.monotonic() - began_s)
    if status in (200, 201):
        found.recorded.add(int(body.partition(b'"seq":')[2].partition(b",")[0]))
    return status


async def _quiet(app: Any, found: Crowd, orders: list[bytes], seconds: float) -> None:
    """Send an order now and then, and again until it is taken."""
    for order in orders:
        began_s = time.monotonic()
        while await _send(app, found, order) in (429, 503):
            await asyncio.sleep(0.05)
        found.quiet_s.append(time.monotonic() - began_s)
        await asyncio.sleep(seconds / QUIET / 2)


async def _read(app: Any, found: Crowd, over: asyncio.Event) -> None:
    while not over.is_set():
        began_s = time.monotonic()
        status, _, _ = await call(app, "GET", "/verify", b"")
        assert status == 200
        found.reads_s.append(time.monotonic() - began_s)
        await asyncio.sleep(0.1)


async def call(
    app: Any, method: str, path: str, content: bytes
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Ask an application without a server; return status, headers and body."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"a"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    sent: list[Any] = []
    given = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receive() -> Any:
        return next(given, None) or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body
