"""A server that gives prepared answers, one a request; the last one again and again."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from contracts.values import Json


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: a JSON document, or bytes."""

    status: int
    document: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    drip_s: float = 0.0
    """Between one byte and the next."""

    @property
    def body(self) -> bytes:
        """What is sent."""
        return json.dumps(self.document).encode() if self.content is None else self.content


@dataclass(slots=True)
class Answering:
    """Where the server is, and when it was asked, in seconds of the monotonic clock."""

    url: str
    replies: list[Reply]
    times: list[float] = field(default_factory=list)

    def next(self) -> Reply:
        """Return the next answer."""
        self.times.append(time.monotonic())
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def answering(*replies: Reply) -> Iterator[Answering]:
    """Serve prepared answers on a port of this machine."""
    prepared = Answering("", [*replies])

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            reply = prepared.next()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            with suppress(ConnectionError):
                self._say(reply)

        def _say(self, reply: Reply) -> None:
            if not reply.drip_s:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                time.sleep(reply.drip_s)

        do_GET = do_POST = answer  # noqa: N815 # the names that the standard library calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        prepared.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield prepared
        finally:
            server.shutdown()
            thread.join()
