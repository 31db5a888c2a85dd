"""The HTTP service on a port of this machine, for browsers: a copied registry, a set clock."""

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import uvicorn

from api.app import create_app
from ledger.registry import Registry, open_registry
from tests.support.service import settings_of


@dataclass(slots=True, kw_only=True)
class LoopbackService:
    """A registry and the address at which it answers."""

    registry: Registry
    address: str
    now_us: int
    server: uvicorn.Server
    thread: Thread

    @classmethod
    def on(
        cls, source: Path, folder: Path, at_us: int, *, confirmed: bool = False
    ) -> "LoopbackService":
        """Copy a registry and serve the copy."""
        shutil.copytree(source, folder, dirs_exist_ok=True)
        registry = open_registry(settings_of(folder))
        app = create_app(registry, clock_confirmed=confirmed)
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", ws="none")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        served = cls(
            registry=registry,
            address=f"http://127.0.0.1:{listening.getsockname()[1]}",
            now_us=at_us,
            server=server,
            thread=thread,
        )
        app.state.clock = lambda: served.now_us
        app.state.ending = lambda: server.should_exit
        thread.start()
        return served

    def close(self) -> None:
        """Stop answering and close the registry."""
        self.server.should_exit = True
        self.thread.join(timeout=10)
        self.registry.close()
