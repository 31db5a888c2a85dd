"""Killing a server on the first byte of an answer, while many orders are on their way."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from selectors import EVENT_READ, DefaultSelector
from socket import create_connection, create_server, socket
from typing import Any
from unittest import mock

import uvicorn

from api.app import create_app
from api.taking import Taking
from ledger import store
from ledger.audit.audit import audit
from ledger.intake.envelope import SignedOrder, envelope_bytes
from ledger.log.entry import parse_entry
from ledger.registry import open_registry
from ledger.sequencing.tickets import Recorded
from tests.support import bodies
from tests.support.children import fork
from tests.support.ledger import Scene

CLIENTS = 24
PATIENCE_S = 20.0
EARLY_S = 0.2
HEAD = "POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}"

Sabotage = Callable[[Taking], None]


@dataclass(slots=True)
class Told:
    """What clients were told before the server died, over all its lives."""

    kills: int = 0
    answers: int = 0
    lost: list[str] = field(default_factory=list)


def die_on_first_bytes(scene: Scene, told: Told, *, least: int, sabotage: Sabotage | None) -> None:
    """Serve and die again and again, until clients were told of `least` orders.

    Each order that was answered with 2xx must be in the log, byte for byte; each is sent again, and
    nothing may be there twice.
    """
    random, settings = Random(least), scene.world.registry.settings
    before = _size(scene)
    sent: list[SignedOrder] = []
    while told.answers < least and not told.lost:
        body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
        orders = [scene.world.signed("units.transfer", body) for _ in range(CLIENTS)]
        answered = _one_life(scene, orders, random.randrange(1, CLIENTS), sabotage)
        told.kills += 1
        told.answers += len(answered)
        sent += orders
        recorded = _recorded(scene, before)
        told.lost += [one.order.nonce for one in answered if one.order_bytes not in recorded]
    registry = scene.world.registry = open_registry(settings)
    again = registry.submit(sent, now_us=scene.world.now_us)
    registry.close()
    assert told.lost or len({answer.seq for answer in again}) == len(sent)  # type: ignore[union-attr]  # a refusal has none, and fails
    assert _size(scene) == before + len(sent)
    assert audit(settings).ok


def _one_life(
    scene: Scene, orders: list[SignedOrder], bytes_seen: int, sabotage: Sabotage | None
) -> list[SignedOrder]:
    """Let a server die on the first byte of one more answer; return what it had answered."""
    with ExitStack() as opened:
        listening = opened.enter_context(create_server(("127.0.0.1", 0), backlog=CLIENTS))
        child = fork(lambda _: _serve(scene, listening, sabotage))
        lines = {}
        for order in orders:
            line = opened.enter_context(create_connection(listening.getsockname()))
            content = envelope_bytes(order)
            line.sendall(f"{HEAD.format(len(content))}\r\n\r\n".encode() + content)
            lines[line] = order
        answered = set[socket]()
        with DefaultSelector() as selector:
            for line in lines:
                selector.register(line, EVENT_READ)
            until_s = time.monotonic() + PATIENCE_S
            while len(answered) < bytes_seen and time.monotonic() < until_s:
                ready = [key.fileobj for key, _ in selector.select(1)]
                answered |= {line for line in ready if isinstance(line, socket)}
                for line in ready:
                    selector.unregister(line)
        child.kill()
        assert answered, "the server answered nobody"
        listening.close()
        child.reports()
        return [order for line, order in lines.items() if _is_told(line)]


def _is_told(line: socket) -> bool:
    """Say whether a success has left the server: the status is in the first bytes."""
    line.settimeout(PATIENCE_S)
    try:
        return line.recv(65_536).startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
    except ConnectionError:
        return False


def _serve(scene: Scene, listening: socket, sabotage: Sabotage | None) -> None:
    registry = open_registry(scene.world.registry.settings)
    app = create_app(registry)
    app.state.clock = lambda: scene.world.now_us
    if sabotage is not None:
        sabotage(app.state.taking)
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listening])


def told_early(taking: Taking) -> None:
    """Tell everybody as soon as his entry is appended, a while before the commit."""
    real = store.append

    def append(connection: Any, entries: Any, **named: Any) -> Any:
        head = real(connection, entries, **named)
        found = {entry.order_bytes: entry for entry in entries}
        for desk in taking._desks.values():
            mine = [one for one in list(desk._open) if one.signed.order_bytes in found]
            desk.tell([(one, Recorded(found[one.signed.order_bytes], False)) for one in mine])
        time.sleep(EARLY_S)
        return head

    mock.patch.object(store, "append", append).start()


def _recorded(scene: Scene, first: int) -> set[bytes]:
    registry = open_registry(scene.world.registry.settings)
    assert registry.read_only_reason is None
    size = registry.size()
    with registry.reader.connect() as connection:
        contents = list(store.read(connection, first, size))
    registry.close()
    found = [parse_entry(content).order_bytes for content in contents]
    assert len(set(found)) == len(found), "an order is recorded twice"
    return set(found)


def _size(scene: Scene) -> int:
    registry = open_registry(scene.world.registry.settings)
    size = registry.size()
    registry.close()
    return size


def closed(scene: Scene) -> Path:
    """Close the registry, so that children may open it; return where it lies."""
    scene.world.registry.close()
    return scene.world.registry.settings.data
