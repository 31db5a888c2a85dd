"""A scene's registry served on a port of this machine, in a thread, with the scene's clock."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from api.app import create_app
from tests.support.ledger import World


@contextmanager
def served(world: World) -> Iterator[int]:
    """Serve a registry; yield the port."""
    app = create_app(world.registry)
    app.state.clock = lambda: world.now_us
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(20)
