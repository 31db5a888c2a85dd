"""Every request: an id that goes with it (W3C Trace Context), a figure, and a line in the log.

The line names the route, not the address that was asked for: people type numbers and names into
addresses. What succeeds is told at level debug, for a proxy writes that down anyway.
"""

import logging
import re
from secrets import token_hex
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.operations.logs import request_id
from api.operations.metrics import Metrics

HEADER: Final = b"x-request-id"
OTHER: Final = "other"
METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
SLOW_S: Final = 1.0
_PARENT: Final = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_logger = logging.getLogger(__name__)


class Requests:
    """Middleware around all others."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under an id, then count and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = identity_of(scope)
        # Never reset: every request runs in a task of its own, and whoever answers for a fault
        # outside of here still wants to name it.
        request_id.set(identity)
        status = 500
        began_s = perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, identity.encode())]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._tell(scope, status, perf_counter() - began_s)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = getattr(scope.get("route"), "path", OTHER)
        self._metrics.request(method, route, status, seconds)
        level = _level(status, seconds)
        if _logger.isEnabledFor(level):
            fields = {"method": method, "route": route, "status": status}
            told = {**fields, "milliseconds": round(seconds * 1_000, 1)}
            _logger.log(level, "answered", extra=told)


def identity_of(scope: Scope) -> str:
    """Return the trace that a request says it belongs to, or a new one."""
    for name, value in scope["headers"]:
        if name == b"traceparent" and (found := _PARENT.fullmatch(value)):
            return found[1].decode()
    return token_hex(16)


def _level(status: int, seconds: float) -> int:
    if status >= 500:
        return logging.WARNING
    return logging.INFO if status >= 400 or seconds > SLOW_S else logging.DEBUG
