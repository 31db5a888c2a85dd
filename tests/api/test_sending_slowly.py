"""Whoever sends slowly, or not at all, keeps nobody else from verifying."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from socket import create_connection
from threading import Thread
from time import sleep
from typing import Any

import pytest
import uvicorn

from api.app import create_app
from tests.support.service import Service

HEAD = "{} HTTP/1.1\r\nHost: a\r\nContent-Type: {}\r\nContent-Length: 100\r\n\r\n-"
BEGUN = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
FORM = "multipart/form-data; boundary=x"
IDLE = {
    "/v1/verify": HEAD.format("POST /v1/verify", "text/plain"),
    "/verify": HEAD.format("POST /verify", FORM),
}


@contextmanager
def served(service: Service) -> Iterator[tuple[int, Any]]:
    app = create_app(service.registry)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1], app
    finally:
        server.should_exit = True
        thread.join(10)


def asked(port: int, client: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/v1/verify", b"?", {"X-Forwarded-For": client})
        return connection.getresponse().status


@pytest.mark.parametrize("path", IDLE)
def test_idle_connections_take_no_place_from_others(demo: Service, path: str) -> None:
    with served(demo) as (port, _), ExitStack() as held:
        for _at in range(12):
            idle = held.enter_context(create_connection(("127.0.0.1", port)))
            idle.sendall(IDLE[path].encode())
        sleep(0.3)
        assert asked(port, "192.0.2.7") == 200
        assert asked(port, "127.0.0.1") == 503


def post(app: Any, path: str, client: str, parts: list[bytes], wait: float) -> int:
    """Send a body in parts, with a pause before each; then nothing more for a long time."""
    sent: list[Any] = []
    rest = iter(parts)

    async def receive() -> Any:
        part = next(rest, None)
        await asyncio.sleep(5 if part is None else wait)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: Any) -> None:
        sent.append(message)

    kind = (b"content-type", FORM.encode() if path == "/verify" else b"text/plain")
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
    scope |= {"headers": [kind], "http_version": "1.1", "client": (client, 1)}
    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize("path", IDLE)
def test_whoever_sends_below_the_least_rate_is_cut_off_soon(
    demo: Service, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("api.verifying.GRACE_SECONDS", 0.05)
    app = demo.client.app
    assert post(app, path, "192.0.2.7", [BEGUN, *[b"x"] * 200], 0.02) in (408, 503)


def test_neither_a_share_nor_a_place_is_kept_by_who_was_cut_off(
    demo: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.verifying.GRACE_SECONDS", 0.01)
    for _ in range(6):
        assert post(demo.client.app, "/v1/verify", "2001:db8::1", [], 0) == 408
    gate = demo.held.gate
    with gate.share("2001:db8::/64"), gate.sending(), gate.admitted():
        pass


def test_addresses_of_one_house_have_one_share(demo: Service) -> None:
    gate = demo.held.gate
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(gate.share("2001:db8:0:1::/64"))
        for client, status in (("2001:db8:0:1::99", 503), ("2001:db8:0:2::99", 408)):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("api.verifying.GRACE_SECONDS", 0.01)
                assert post(demo.client.app, "/v1/verify", client, [], 0) == status
