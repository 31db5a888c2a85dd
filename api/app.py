"""The HTTP service of one registry."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.cross_origin import ALLOWED, CrossOrigin, is_open
from api.finality import Finality, FinalReceipt, Receipt
from api.limits import BodyLimit
from api.operations.logs import request_id
from api.operations.metrics import Metrics
from api.operations.readiness import Readiness
from api.operations.requests import HEADER, Requests
from api.operations.vitals import Vitals
from api.pages import verdict
from api.pages.refusing import is_for_people, refusal_page, show_refusal
from api.pages.routes import router as pages
from api.problems import PROBLEM_RESPONSES, Problem, add_problems, problem_response
from api.routes import (
    claims,
    credentials,
    events,
    health,
    jobs,
    log,
    orders,
    recorded,
    records,
    state,
    static_log,
    trust,
    units,
    verify,
)
from api.taking import LIMITS, Taking
from api.verifying import Gate
from api.watching import Watch, published_of
from ledger.clock import clock_us
from ledger.registry import Registry
from ledger.sequencing.fair_queue import QueueLimits
from ledger.sequencing.recording import RegistryWork

VERSION: Final = "0.1.0"
_logger = logging.getLogger(__name__)
SECURITY_HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


_POLICY: Final = b"content-security-policy"


class SecurityHeaders:
    """Middleware: every answer forbids scripts, frames and other hosts.

    An answer that declares a policy of its own keeps it: the offline pages hold their script, and
    name it by its hash.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add the headers to its answer."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                declared = {name.lower() for name, _ in message["headers"]} & {_POLICY}
                added = [one for one in SECURITY_HEADERS if one[0] not in declared]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class HeadRequests:
    """Middleware: HEAD is answered as GET is, without the body (RFC 9110, clause 9.3.2).

    The answer is over with its headers, so that whatever would go on sending notices.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a HEAD request on as GET and drop the body of its answer."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self._app({**scope, "method": "GET"}, receive, sending)
        else:
            await self._app(scope, receive, send)


class CapitalPaths:
    """Middleware: /VERIFY/… is /verify/…, because a QR code in capitals is smaller."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the first part of its path in lower case."""
        if scope["type"] == "http" and scope["path"].upper().startswith("/VERIFY/"):
            scope = {**scope, "path": "/verify/" + scope["path"][len("/verify/") :]}
        await self._app(scope, receive, send)


class Service(FastAPI):
    """The application; its OpenAPI document names the one shape that every problem has."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document = super().openapi()
        for model in (Problem, Receipt, FinalReceipt):
            document["components"]["schemas"][model.__name__] = model.model_json_schema()
        return document


def create_app(
    registry: Registry,
    *,
    clock_confirmed: bool = False,
    limits: QueueLimits = LIMITS,
    failed: Callable[[Exception], None] | None = None,
    vitals: Vitals | None = None,
) -> FastAPI:
    """Return the service of an open registry.

    Args:
        registry: What it is about.
        clock_confirmed: An operator has confirmed this machine's clock, although the log has been
            quiet for more than seven days.
        limits: How many orders may wait.
        failed: Told once why no order is taken any more: the ledger cannot be trusted.
        vitals: What the process says of itself to probes.
    """
    app = Service(
        title="SinkLedger 碳汇账本",
        version=VERSION,
        description="The registry of Baotou's forest, grassland and wetland carbon sinks.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        # Such a redirect would repeat whatever host the request claims to be for.
        redirect_slashes=False,
        lifespan=_closing,
    )
    app.state.registry = registry
    app.state.gate = Gate()
    app.state.metrics = Metrics(VERSION)
    _take_orders(app, registry, limits, failed, confirmed=clock_confirmed)
    _be_watched(app, registry, vitals or Vitals())
    served = (orders, recorded, records, units, claims, credentials, jobs, log, events, state)
    for routes in (*served, static_log, trust, verify, health):
        app.include_router(routes.router, responses=PROBLEM_RESPONSES)
    for shown in (pages, verdict.router):
        app.include_router(shown, responses=PROBLEM_RESPONSES)
    add_problems(app)
    for status in (400, 404, 405):
        app.add_exception_handler(status, show_refusal)
    app.add_exception_handler(Exception, _failed)
    app.add_middleware(BodyLimit)
    app.add_middleware(CapitalPaths)
    app.add_middleware(HeadRequests)
    app.add_middleware(CrossOrigin)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Requests, metrics=app.state.metrics)
    return app


def _take_orders(
    app: FastAPI,
    registry: Registry,
    limits: QueueLimits,
    failed: Callable[[Exception], None] | None,
    *,
    confirmed: bool,
) -> None:
    """Give the application its clock, its sequencer, and what waits for publication."""
    state = app.state
    state.clock = clock_us
    state.ending = lambda: False
    work = RegistryWork(registry, lambda: int(state.clock()), confirmed=confirmed)
    state.taking = Taking(work, limits=limits, failed=failed, meter=state.metrics)
    published = Watch(published_of(registry), lambda: bool(state.ending()))
    state.finality = Finality(published)
    state.tails = events.Tails(Watch(registry.size, lambda: bool(state.ending())), published)


def _be_watched(app: FastAPI, registry: Registry, vitals: Vitals) -> None:
    """Give probes and monitoring what they ask."""
    state = app.state
    state.vitals = vitals
    state.readiness = Readiness(registry, vitals, lambda: int(state.clock()))
    state.metrics.looks_at(registry, state.readiness, lambda: int(state.taking.waiting))


@asynccontextmanager
async def _closing(app: FastAPI) -> AsyncIterator[None]:
    """Answer every order that was taken before the service ends."""
    yield
    await run_in_threadpool(app.state.taking.close)
    app.state.readiness.close()


def _failed(request: Request, error: Exception) -> Response:
    """Answer for our own fault, which is logged and never shown."""
    _logger.error("failed", exc_info=error)
    if is_for_people(request.scope):
        response = refusal_page(request.scope, 500)
    else:
        response = problem_response(request.scope, 500, "problem.fault")
    # This answer is made outside all middleware.
    response.raw_headers.extend((*SECURITY_HEADERS, (HEADER, request_id.get().encode())))
    if is_open(request.method, request.url.path):
        response.raw_headers.append(ALLOWED)
    return response
