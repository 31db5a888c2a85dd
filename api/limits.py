"""Body limits: a request is refused before anything of it is parsed, chunked or not."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages.refusing import is_for_people, refusal_page
from api.problems import problem_response
from api.verifying import BODY_BYTES_MAX as VERIFIED_BYTES_MAX
from api.verifying import FORM_BYTES_MAX

BODY_BYTES_MAX: Final = 65_536
DIGITS_MAX: Final = 19
DRAIN_BYTES_MAX: Final = 64 << 20
DRAIN_SECONDS: Final = 20.0
UPLOADS: Final[Mapping[str, int]] = {
    "/v1/orders:batch": 4 << 20,
    "/v1/verify": VERIFIED_BYTES_MAX,
    "/verify": FORM_BYTES_MAX,
}
"""Named uploads and how large each may be."""


class _TooLargeError(Exception):
    """More bytes came than the path takes."""


class BodyLimit:
    """Middleware: answers 413 when a body is announced or grows beyond its path's limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting the bytes of its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = UPLOADS.get(scope["path"], BODY_BYTES_MAX)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not _is_within(announced, limit):
            await _refuse(scope, receive, send, limit)
            return
        started = False
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLargeError:
            if not started:
                await _refuse(scope, receive, send, limit)


def _is_within(announced: bytes, limit: int) -> bool:
    """Say whether an announced length is a number up to the limit; never parses a long one."""
    return announced.isdigit() and len(announced) <= DIGITS_MAX and int(announced) <= limit


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    if not is_for_people(scope):
        problem = problem_response(scope, 413, "problem.too_large", {"bytes_max": limit})
        await problem(scope, receive, send)
        return
    # A browser shows no answer that comes while it still sends: it says that the line was cut.
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            await _drain(receive)
    page = await run_in_threadpool(refusal_page, scope, 413)
    await page(scope, receive, send)


async def _drain(receive: Receive) -> None:
    """Read what is still sent and forget it, up to what a person may have chosen by mistake."""
    left = DRAIN_BYTES_MAX
    while left > 0:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        left -= len(message.get("body", b""))
