"""Killing the service at the first byte of its answer: a 2xx that anybody saw is in the log."""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any
from unittest import mock

import uvicorn

from api.app import create_app
from api.deps import now_us
from ledger.intake import SignedOrder
from ledger.log.canonical import canonical
from ledger.registry import Registry, open_registry
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene, open_scene, settings_in

PATIENCE_S = 20.0
LATE_S = 0.5
STATUS_BYTES = len(b"HTTP/1.1 201")


def envelope(signed: SignedOrder) -> bytes:
    """Return what is sent for an order without private records."""
    return canonical(
        {"order": signed.order_json, "sigs": [dict(one.to_json()) for one in signed.sigs]}
    )


Sabotage = Callable[[], AbstractContextManager[object]]


@dataclass(slots=True)
class Service:
    """A registry whose service is killed again and again."""

    scene: Scene
    sabotage: Sabotage = nullcontext
    kills: int = 0
    lost: int = 0

    def kill_at_the_first_byte(self) -> None:
        """Serve, send an order, kill the service when it begins to answer, and look."""
        world, settings = self.scene.world, self.scene.world.registry.settings
        listening = socket.create_server(("127.0.0.1", 0))

        def work(_report: Report) -> None:
            with self.sabotage():
                app = create_app(open_registry(settings))
                app.dependency_overrides[now_us] = lambda: world.now_us
                config = uvicorn.Config(app, log_level="critical", lifespan="on", ws="none")
                uvicorn.Server(config).run(sockets=[listening])

        body = bodies.transfer(self.scene.owner, self.scene.buyer, quantity_kg=1)
        signed = world.signed("units.transfer", body)
        child = fork(work)
        try:
            status = first_bytes(listening.getsockname(), envelope(signed))
        finally:
            child.kill()
            listening.close()
            child.reports()
        assert status.startswith(b"HTTP/1.1 2"), status
        self.kills += 1
        registry = open_registry(settings)
        end = registry.size()
        there = registry.entry(end - 1)
        self.lost += there.order_bytes != signed.order_bytes
        registry.close()


def first_bytes(address: tuple[str, int], content: bytes) -> bytes:
    """Send an order and return the beginning of the answer, as soon as there is one."""
    with socket.create_connection(address, PATIENCE_S) as sent:
        head = (
            "POST /v1/orders HTTP/1.1\r\nHost: registry.example\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        sent.sendall(head.encode() + content)
        return sent.recv(STATUS_BYTES)


def opened(folder: Path, sabotage: Sabotage = nullcontext) -> Service:
    """Return the scene's service."""
    scene = open_scene(folder)
    scene.world.registry.close()
    return Service(scene, sabotage)


@contextmanager
def answered_before_the_commit() -> Iterator[None]:
    """A service that commits after it has answered, as a framework's teardown does.

    What it answers it has from a copy of the registry, which decides the same.
    """
    real = Registry.submit_checked

    def submit(self: Registry, *given: Any, **named: Any) -> Any:
        copy = self.settings.data.parent / "copy"
        shutil.copytree(self.settings.data, copy / "data")
        shutil.copytree(self.settings.keys, copy / "keys")
        answers = real(open_registry(settings_in(copy)), *given, **named)
        Timer(LATE_S, lambda: real(self, *given, **named)).start()
        return answers

    with mock.patch.object(Registry, "submit_checked", submit):
        yield
