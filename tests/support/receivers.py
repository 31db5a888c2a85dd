"""A receiver of messages: checks each signature by itself and keeps what came, in order."""

import base64
import hmac
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(slots=True)
class Receiver:
    """What came, as (webhook-id, body); `answers` are given first, then 204."""

    secret: bytes = b""
    port: int = 0
    came: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    forged: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def seqs(self) -> list[int]:
        """The entries, in the order of their first arrival."""
        return list(dict.fromkeys(int(body["data"]["seq"]) for _, body in self.came))

    def is_genuine(self, headers: dict[str, str], body: bytes) -> bool:
        """Check one HMAC signature as a receiver does, from the words of the specification."""
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(self.secret, signed, sha256).digest()).decode()
        given = [one.partition(",") for one in headers["webhook-signature"].split(" ")]
        return any(name == "v1" and hmac.compare_digest(text, wanted) for name, _, text in given)


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on the loopback until this is left; by https if it is given what that needs."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = kept.answers.pop(0) if kept.answers else (204, {})
            kept.asked.append(headers)
            if status == 204:
                kept.forged += not (kept.secret and kept.is_genuine(headers, body))
                kept.came.append((headers["webhook-id"], json.loads(body)))
            self.send_response(status)
            for name, value in {"content-length": "0", **more}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of senders that were killed."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    kept.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
