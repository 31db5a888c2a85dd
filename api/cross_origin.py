"""Pages from elsewhere: which routes a page that this service did not send may use.

Any page may read the static log, the trust anchors and what credentials point to, whatever is
answered, as on any static server: wallets and verifiers are pages of other origins. The signing
desk is opened from a file, so its requests come from the origin `null`. Browsers then ask first
(Fetch standard, clause 3.2, CORS protocol), and hide every answer that does not say yes. Any origin
may: an order carries its own authority, the facts are public, and neither cookies nor other
credentials exist that a strange page could use.
"""

from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.policy import CROSS_ORIGIN

ALLOWED: Final = (b"access-control-allow-origin", b"*")
STATIC_PREFIXES: Final = ("/contexts/", "/credentials/", "/log/", "/trust/")
PREFLIGHT_AGE_S: Final = 600


def is_open(method: str, path: str) -> bool:
    """Say whether pages of other origins may read this answer, refusals and faults included."""
    return path.startswith(STATIC_PREFIXES) or (method, path) in CROSS_ORIGIN


class CrossOrigin:
    """Middleware: answers preflights of the declared routes, and lets pages read what is open."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass a request on and mark its answer as readable."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, headers = scope["path"], dict(scope["headers"])
        asked = headers.get(b"access-control-request-method", b"").decode("ascii", "replace")
        if scope["method"] == "OPTIONS" and b"origin" in headers and (asked, path) in CROSS_ORIGIN:
            await _preflight(asked)(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], ALLOWED]
            await send(message)

        await self._app(scope, receive, sending if is_open(scope["method"], path) else send)


def _preflight(method: str) -> Response:
    headers = {
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Allow-Methods": method,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Max-Age": str(PREFLIGHT_AGE_S),
    }
    return Response(status_code=204, headers=headers)
