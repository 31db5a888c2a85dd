"""`python -m bench.http_server noop|FOLDER NOW_US`: a server to measure, on a port it prints."""

import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from ledger.registry import open_registry
from ledger.settings import Settings


def noop_app() -> FastAPI:
    """Return the plainest service there is: no middleware, one `def` route with a `dict` body."""
    app = FastAPI()

    @app.post("/v1/orders", status_code=201)
    def take(body: dict[str, Any]) -> dict[str, Any]:
        return {"seq": len(body), "id": "", "leaf_hash": "0" * 64, "status": "recorded"}

    return app


def main() -> None:
    """Serve until told to end."""
    what, now_us = sys.argv[1], int(sys.argv[2])
    if what == "noop":
        app = noop_app()
    else:
        folder = Path(what)
        app = create_app(open_registry(Settings(data=folder, keys=folder / "keys")))
        app.state.clock = lambda: now_us
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    # As `sinkledger serve` runs it.
    config = uvicorn.Config(app, log_level="warning", server_header=False)
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
