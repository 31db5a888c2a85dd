"""Refusals for people: what goes wrong before a page is reached is told by a page as well."""

from typing import Final

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.pages.view import Page
from api.problems import http_problem, language_of
from certificates.trust import TrustError
from contracts.values import Value
from ledger.registry import Registry
from ledger.store import TamperedError

PROGRAM_PATHS: Final = ("/v1/", "/log/")
"""What programs read, whatever they say they accept."""

MESSAGES: Final = {
    400: "unread",
    404: "nowhere",
    405: "nowhere",
    413: "large",
    500: "fault",
}
"""Status of the answer, and what the page says."""

_FAULTS: Final = (OSError, TamperedError, TrustError)


def is_for_people(scope: Scope) -> bool:
    """Say whether a browser asks for a page."""
    is_page = not scope["path"].startswith(PROGRAM_PATHS)
    return is_page and "text/html" in Headers(scope=scope).get("accept", "")


def refusal_page(scope: Scope, status: int) -> Response:
    """Return the page that says why there is no other, one of `MESSAGES`."""
    page = Page(language=language_of(scope), path="/")
    return page.show("message.html", _row(scope), status, message=MESSAGES[status], typed="")


def show_refusal(request: Request, error: Exception) -> Response:
    """Answer for an address, a method or a form that leads nowhere."""
    if not isinstance(error, HTTPException):
        raise TypeError("only answers with a status are refusals") from error
    if not is_for_people(request.scope):
        return http_problem(request.scope, error)
    answer = refusal_page(request.scope, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _row(scope: Scope) -> Value | None:
    """Return the registry's own row, for its name and whether it is a demonstration."""
    registry = scope["app"].state.registry
    try:
        return registry.books().row("registry") if isinstance(registry, Registry) else None
    except _FAULTS:
        return None
