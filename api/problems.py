"""Problems by RFC 9457: every answer that is no success has one shape, in zh and en."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from api.text.catalogue import Language, say
from api.text.refusals import explain
from api.verifying import BusyError, TooSlowError
from certificates.trust import TrustError
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.state.proving import NoBatchError, TooManyRowsError
from ledger.state.records import StateDamagedError
from ledger.state.view import NotCommittedError

MEDIA_TYPE: Final = "application/problem+json"
CLASS_STATUS: Final = {1: 400, 2: 403, 3: 409, 4: 409, 5: 422}
"""HTTP status by refusal class: form, signature, state, quantity, programme."""

RETRY_AFTER_S: Final = 5
STATUS_MESSAGES: Final = {
    400: "problem.bad_request",
    404: "problem.not_found",
    405: "problem.method",
    413: "problem.too_large",
    415: "problem.media_type",
    422: "problem.bad_request",
}


PROBLEM_RESPONSES: Final[dict[int | str, dict[str, object]]] = {
    status: {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in (
        ("4XX", "The request or the order is refused; the problem says why and what to do."),
        ("5XX", "Nothing was recorded and nothing can be said now; try again later."),
    )
}
"""How every route's failures are described in the OpenAPI document."""


class NotFoundError(Exception):
    """What was asked for is not there."""


class BehindError(Exception):
    """This node has not yet seen as many entries as the client has."""

    def __init__(self, *, size: int, wanted: int) -> None:
        super().__init__(f"{size} of {wanted} entries")
        self.size, self.wanted = size, wanted


class ClaimError(Exception):
    """It is not clear what is to be proven; the text says what to give."""


class MediaTypeError(Exception):
    """The body is of another type, or encoded in another way, than the route takes."""


class Problem(BaseModel):
    """A problem by RFC 9457; `code` and `facts` are there when the rules refused an order."""

    type: str
    title: str
    status: int
    detail: str
    detail_en: str
    detail_zh: str
    code: int | None = None
    facts: dict[str, object] | None = None


def status_of(code: RefusalCode) -> int:
    """Return the HTTP status of a refusal: its class's, 404 for unknown, 503 when read-only."""
    if code is RefusalCode.LEDGER_READ_ONLY:
        return 503
    if code is RefusalCode.TOO_LARGE:
        return 413
    if code.value // 1000 == 3 and code.name.endswith("_UNKNOWN"):
        return 404
    return CLASS_STATUS[code.value // 1000]


def language_of(scope: Scope) -> Language:
    """Return the language that a request prefers: Chinese unless English is named before it."""
    query = scope.get("query_string", b"").decode("ascii", "replace")
    for part in query.split("&"):
        if part in ("lang=en", "lang=zh"):
            return "en" if part == "lang=en" else "zh"
    accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("ascii", "replace")
    wanted = [part.strip().lower()[:2] for part in accepted.split(",")]
    return "en" if "en" in wanted and "zh" not in wanted[: wanted.index("en")] else "zh"


def refusal_problem(refused: Refused, language: Language) -> dict[str, Json]:
    """Return the problem document of a refusal."""
    return {
        "code": refused.code.value,
        "detail": explain(refused, language),
        "detail_en": explain(refused, "en"),
        "detail_zh": explain(refused, "zh"),
        "facts": dict(refused.facts),
        "status": status_of(refused.code),
        "title": refused.code.name,
        "type": f"tag:sinkledger,2026:refusal:{refused.code.value}",
    }


def problem_document(
    language: Language, status: int, message: str, facts: Mapping[str, object] | None = None
) -> dict[str, Json]:
    """Return the problem document of what is not a refusal of the rules."""
    return {
        "detail": say(message, language, facts),
        "detail_en": say(message, "en", facts),
        "detail_zh": say(message, "zh", facts),
        "status": status,
        "title": message.removeprefix("problem."),
        "type": f"tag:sinkledger,2026:{message.replace('.', ':')}",
    }


def problem_of(
    document: dict[str, Json], status: int, retry_after_s: int | None = None
) -> JSONResponse:
    """Return a problem document as an HTTP answer, and when to come again."""
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s is not None else None
    return JSONResponse(document, status, headers, MEDIA_TYPE)


def problem_response(
    scope: Scope, status: int, message: str, facts: Mapping[str, object] | None = None
) -> JSONResponse:
    """Return a problem that is not a refusal of the rules."""
    document = problem_document(language_of(scope), status, message, facts)
    return problem_of(document, status, RETRY_AFTER_S if status in (412, 503) else None)


def http_problem(scope: Scope, error: HTTPException) -> JSONResponse:
    """Return the problem of an answer that has only a status."""
    message = STATUS_MESSAGES.get(error.status_code, "problem.bad_request")
    response = problem_response(scope, error.status_code, message, {"fields": "…"})
    response.headers.update(error.headers or {})
    return response


def refusal_response(refused: Refused, scope: Scope) -> JSONResponse:
    """Return a refusal as an HTTP answer."""
    document = refusal_problem(refused, language_of(scope))
    status = status_of(refused.code)
    return problem_of(document, status, RETRY_AFTER_S if status == 503 else None)


def add_problems(app: FastAPI) -> None:
    """Turn every expected failure of a route into a problem; the input is never echoed."""

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> JSONResponse:
        return refusal_response(error, request.scope)

    @app.exception_handler(NotFoundError)
    def not_found(request: Request, error: NotFoundError) -> JSONResponse:
        del error
        return problem_response(request.scope, 404, "problem.not_found")

    @app.exception_handler(BehindError)
    def behind(request: Request, error: BehindError) -> JSONResponse:
        facts = {"size": error.size, "wanted": error.wanted}
        return problem_response(request.scope, 412, "problem.behind", facts)

    @app.exception_handler(MediaTypeError)
    def media_type(request: Request, error: MediaTypeError) -> JSONResponse:
        del error
        return problem_response(request.scope, 415, "problem.media_type")

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        places = [".".join(str(part) for part in item["loc"]) for item in error.errors()]
        return problem_response(
            request.scope, 422, "problem.bad_request", {"fields": ", ".join(places)}
        )

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        return http_problem(request.scope, error)

    _add_verifying_problems(app)
    _add_state_problems(app)


def _add_state_problems(app: FastAPI) -> None:
    @app.exception_handler(NotCommittedError)
    def not_committed(request: Request, error: NotCommittedError) -> JSONResponse:
        return problem_response(request.scope, 503, "problem.not_committed", {"reason": str(error)})

    @app.exception_handler(StateDamagedError)
    def damaged(request: Request, error: StateDamagedError) -> JSONResponse:
        del error
        return problem_response(request.scope, 503, "problem.state_damaged")

    @app.exception_handler(NoBatchError)
    def no_batch(request: Request, error: NoBatchError) -> JSONResponse:
        del error
        return problem_response(request.scope, 404, "problem.not_found")

    @app.exception_handler(ClaimError)
    def unclear(request: Request, error: ClaimError) -> JSONResponse:
        del error
        fields = {"fields": "key, prefix, serial"}
        return problem_response(request.scope, 422, "problem.bad_request", fields)

    @app.exception_handler(TooManyRowsError)
    def too_many_rows(request: Request, error: TooManyRowsError) -> JSONResponse:
        del error
        return problem_response(request.scope, 422, "problem.bad_request", {"fields": "prefix"})


def _add_verifying_problems(app: FastAPI) -> None:
    @app.exception_handler(BusyError)
    def busy(request: Request, error: BusyError) -> JSONResponse:
        del error
        return problem_response(request.scope, 503, "problem.verifying")

    @app.exception_handler(TooSlowError)
    def too_slow(request: Request, error: TooSlowError) -> JSONResponse:
        del error
        return problem_response(request.scope, 408, "problem.too_slow")

    @app.exception_handler(TrustError)
    def trust_damaged(request: Request, error: TrustError) -> JSONResponse:
        del error
        return problem_response(request.scope, 503, "problem.trust_damaged")
