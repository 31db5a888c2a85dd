"""A log that attacks whoever fetches from it: too much, too slow, elsewhere, or nothing at all."""

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from unittest import mock

import pytest

from ledger import fetching
from ledger.anchors import time_stamps
from ledger.anchors.time_stamps import REPLY_TYPE, TimeStampError, ask_over_http
from ledger.fetching import FetchError, StaticLog
from ledger.log.tile_reader import TileMissingError
from ledger.log.tiles import BUNDLE_SIZE_MAX

Answer = Callable[[BaseHTTPRequestHandler], None]


def bomb(handler: BaseHTTPRequestHandler) -> None:
    """A few kilobytes that become more than any bundle can have."""
    content = gzip.compress(bytes(BUNDLE_SIZE_MAX + 1))
    assert len(content) < 20_000
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, never a pause long enough to count as one."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.send_header("Content-Type", REPLY_TYPE)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b".")
        handler.wfile.flush()
        time.sleep(0.05)


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    """A redirect to somebody inside the reader's own network."""
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.1:1/secret")
    handler.end_headers()


def cut(handler: BaseHTTPRequestHandler) -> None:
    """Less than was announced."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"half")


def answering(status: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.end_headers()

    return answer


def dripped(handler: BaseHTTPRequestHandler) -> None:
    """Take the question, then drip."""
    handler.rfile.read(int(handler.headers["Content-Length"]))
    drip(handler)


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    servers = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    answer(self)
                except ConnectionError:
                    """The reader hung up, as it should."""

            do_POST = do_GET  # noqa: N815 # named by the standard library

            def log_message(self, *_given: object) -> None:
                """Print nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/log"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        pytest.param(bomb, FetchError, "too large", id="gzip-bomb"),
        pytest.param(drip, FetchError, "too slow", id="slow"),
        pytest.param(elsewhere, FetchError, "answers 302", id="redirect"),
        pytest.param(cut, FetchError, "tile/entries", id="cut-short"),
        pytest.param(answering(500), FetchError, "answers 500", id="broken"),
        pytest.param(answering(404), TileMissingError, "does not exist", id="missing"),
    ],
)
def test_a_file_is_refused(
    serve: Callable[[Answer], str], answer: Answer, error: type[Exception], text: str
) -> None:
    began = time.monotonic()
    with closing(StaticLog(serve(answer), timeout_s=2)) as log, pytest.raises(error, match=text):
        log.fetch("tile/entries/000")
    assert time.monotonic() - began < 4


def test_without_its_limit_the_bomb_bursts(serve: Callable[[Answer], str]) -> None:
    unlimited = mock.patch.object(fetching, "BUNDLE_SIZE_MAX", 1 << 30)
    with unlimited, closing(StaticLog(serve(bomb))) as log:
        assert len(log.fetch("tile/entries/000")) > BUNDLE_SIZE_MAX


def test_a_dripping_authority_is_left_as_well(serve: Callable[[Answer], str]) -> None:
    began = time.monotonic()
    with mock.patch.object(time_stamps, "ANSWER_SECONDS", 2), pytest.raises(TimeStampError):
        ask_over_http(serve(dripped), b"query")
    assert time.monotonic() - began < 4
