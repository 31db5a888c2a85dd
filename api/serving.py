"""A node at work: the service, what publishes, what works at jobs, and how all of it ends.

What ends first is what others send to; then what was taken is answered, the publisher ends its
turn and gives the lease back, jobs are finished or handed back, and the databases are closed.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from socket import socket

import uvicorn
from fastapi import FastAPI
from prometheus_client import start_http_server

from api.app import create_app
from api.background import Watched, publishing
from api.operations.metrics import Metrics, counted
from api.operations.stopping import StoppingServer
from api.operations.vitals import Vitals
from api.verifying import begin_verifying
from api.working import working
from ledger.files import in_turn
from ledger.registry import Registry
from ledger.settings import Settings

_logger = logging.getLogger(__name__)


class ServingError(Exception):
    """The service cannot begin, or had to end; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What is served.

    Attributes:
        registry: The open registry; it is closed in the end.
        listening: Where requests come in.
        publishes: Whether this process publishes and works at jobs as well.
        clock_confirmed: As `create_app`.
    """

    registry: Registry
    listening: socket
    publishes: bool
    clock_confirmed: bool


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Be the one service on a SQLite ledger; PostgreSQL takes any number.

    Raises:
        ServingError: another process serves it.
    """
    if settings.postgres_url is not None:
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(in_turn(settings.data / "serve", patient=False))
        except BlockingIOError as error:
            raise ServingError(
                f"another process serves {settings.data}; stop it first, "
                "or keep the ledger in PostgreSQL, which takes several"
            ) from error
        yield


def serve(node: Node) -> None:
    """Serve until a signal says to stop; return when everything has ended.

    Raises:
        ServingError: publishing, or taking orders, had to end.
    """
    registry, vitals, ends = node.registry, Vitals(), list[str]()

    def end(what: str, why: object) -> None:
        ends.append(f"{what} ended: {why}")
        vitals.closing.set()
        server.stop_in(0)

    app = create_app(
        registry,
        clock_confirmed=node.clock_confirmed,
        failed=partial(end, "taking orders"),
        vitals=vitals,
    )
    server = _server(app, registry.settings, vitals)
    app.state.ending = lambda: server.should_exit
    with ExitStack() as beside:
        beside.callback(registry.close)
        beside.enter_context(_telling(app.state.metrics, registry.settings))
        begin_verifying()
        if node.publishes:
            vitals.begin_publishing()
            watched = Watched(turn=vitals.turn, ask=counted(app.state.metrics.witness))
            beside.enter_context(publishing(registry, _say, partial(end, "publishing"), watched))
            beside.enter_context(working(registry, _say))
        server.run([node.listening])
    if ends:
        raise ServingError(ends[0])


def _server(app: FastAPI, settings: Settings, vitals: Vitals) -> StoppingServer:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    return StoppingServer(
        config, vitals, drain_s=settings.drain_seconds, stop_s=settings.stop_seconds
    )


def _say(text: str) -> None:
    _logger.warning("%s", text)


@contextmanager
def _telling(metrics: Metrics, settings: Settings) -> Iterator[None]:
    """Tell figures on a port that only this machine reaches."""
    if settings.metrics_port is None:
        yield
        return
    try:
        server, thread = start_http_server(
            settings.metrics_port, addr="127.0.0.1", registry=metrics.registry
        )
    except OSError as error:
        at = settings.metrics_port
        raise ServingError(f"figures cannot be told at port {at}: {error.strerror}") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
