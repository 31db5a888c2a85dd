"""Orders: the one way in, one at a time or as a batch of lines."""

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.event_stream import MEDIA_TYPE as EVENTS_TYPE
from api.faults import fault_document, fault_response
from api.finality import JSON_TYPE, WAIT_S_MAX, Finality, Receipt, receipt
from api.problems import (
    MediaTypeError,
    language_of,
    problem_response,
    refusal_problem,
    refusal_response,
)
from api.taking import Taking
from api.text.catalogue import Language
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.intake.envelope import SignedOrder, read_envelope
from ledger.registry import Registry
from ledger.sequencing.tickets import Answer, Recorded

router = APIRouter(prefix="/v1", tags=["orders"])
LINES_MAX: Final = 1_000
LINES_TYPE: Final = "application/x-ndjson"

_WAITED: Final[dict[str, Any]] = {
    "application/json": {
        "schema": {
            "oneOf": [
                {"$ref": "#/components/schemas/Receipt"},
                {"$ref": "#/components/schemas/FinalReceipt"},
            ]
        }
    },
    EVENTS_TYPE: {},
}
_ORDER: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "wait",
            "in": "query",
            "required": False,
            "description": "Answer when the entry is published: with `Accept: text/event-stream` "
            "as events `recorded` and `final`, else in one answer.",
            "schema": {"type": "string", "enum": ["final"]},
        },
        {
            "name": "Prefer",
            "in": "header",
            "required": False,
            "description": f"`wait=N`: how many seconds that may take, at most {WAIT_S_MAX}.",
            "schema": {"type": "string"},
        },
    ],
    "requestBody": {"required": True, "content": {JSON_TYPE: {"schema": {"type": "object"}}}},
}


@router.post(
    "/orders",
    status_code=201,
    response_class=Response,
    responses={
        200: {"description": "Recorded before: the entry of that time", "content": _WAITED},
        201: {"description": "Recorded now", "content": _WAITED},
        202: {
            "model": Receipt,
            "description": "Recorded, not yet published: `Location` will have the proof",
        },
    },
    openapi_extra=_ORDER,
)
async def submit_order(request: Request) -> Response:
    """Submit one signed order; the same order again is answered with 200 and the same entry."""
    _check_media_type(request, JSON_TYPE)
    try:
        waits = _waits(request.scope["query_string"])
        signed = read_envelope(await request.body())
    except Refused as refused:
        return refusal_response(refused, request.scope)
    except ValueError:
        return problem_response(request.scope, 422, "problem.bad_request", {"fields": "wait"})
    taking: Taking = request.app.state.taking
    # Nothing is answered before the commit. Should the client go meanwhile, the order stays.
    answer = await taking.one(signed)
    response = await _response(request, answer, waits=waits)
    response.raw_headers.extend(taking.rate_limit(answer))
    return response


async def _response(request: Request, answer: Answer, *, waits: bool) -> Response:
    if isinstance(answer, Refused):
        return refusal_response(answer, request.scope)
    if isinstance(answer, Exception):
        return fault_response(answer, request.scope)
    status = 200 if answer.again else 201
    if waits:
        finality: Finality = request.app.state.finality
        return await finality.answer(request, answer.entry, status)
    return Response(receipt(answer.entry).model_dump_json(), status, media_type=JSON_TYPE)


def _waits(query: bytes) -> bool:
    """Say whether the client waits for publication.

    Raises:
        ValueError: it waits for something else.
    """
    asked = parse_qs(query.decode("ascii", "replace")).get("wait", []) if query else []
    if asked not in ([], ["final"]):
        raise ValueError(f"nobody can wait for {asked}")
    return bool(asked)


@router.post(
    "/orders:batch",
    response_class=Response,
    responses={200: {"description": "One line per order", "content": {LINES_TYPE: {}}}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {LINES_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
async def submit_batch(request: Request) -> Response:
    """Submit up to 1,000 signed orders, one canonical envelope a line; one answer a line.

    Each order sees the ones before it; a refused one stops none of the others.
    """
    _check_media_type(request, LINES_TYPE)
    registry: Registry = request.app.state.registry
    if registry.read_only_reason is not None:
        refused = Refused(RefusalCode.LEDGER_READ_ONLY, reason=registry.read_only_reason)
        return refusal_response(refused, request.scope)
    lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
    if not 0 < len(lines) <= LINES_MAX:
        refused = Refused(RefusalCode.TOO_MANY_ITEMS, field="lines", least=1, most=LINES_MAX)
        return refusal_response(refused, request.scope)
    taking: Taking = request.app.state.taking
    read = await run_in_threadpool(_read_lines, lines)
    orders = [item for item in read if isinstance(item, SignedOrder)]
    decided = await taking.group(orders) if orders else []
    fault = _fault_of_all(decided)
    if fault is not None:
        response: Response = fault_response(fault, request.scope)
    else:
        found = iter(decided)
        answers = [next(found) if isinstance(item, SignedOrder) else item for item in read]
        content = await run_in_threadpool(_lines, answers, language_of(request.scope))
        response = Response(content, 200, media_type=LINES_TYPE)
    response.raw_headers.extend(taking.rate_limit(fault))
    return response


def _fault_of_all(decided: Sequence[Answer]) -> Exception | None:
    """Return what kept all orders from being decided alike, if anything did."""
    first = decided[0] if decided else None
    if isinstance(first, Recorded | Refused) or any(answer is not first for answer in decided):
        return None
    return first


def _check_media_type(request: Request, expected: str) -> None:
    """Refuse bodies that are declared as something else; what is not declared is tried."""
    declared = request.headers.get("content-type", expected).partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if declared != expected or encoding != "identity":
        raise MediaTypeError(expected)


def _read_lines(lines: Sequence[bytes]) -> list[SignedOrder | Refused]:
    read: list[SignedOrder | Refused] = []
    for line in lines:
        try:
            read.append(read_envelope(line))
        except Refused as refused:
            read.append(refused)
    return read


def _lines(answers: Sequence[Answer], language: Language) -> bytes:
    return b"".join(_line(answer, language) + b"\n" for answer in answers)


def _line(answer: Answer, language: Language) -> bytes:
    if isinstance(answer, Recorded):
        return receipt(answer.entry).model_dump_json().encode()
    shown: dict[str, Json] = (
        refusal_problem(answer, language)
        if isinstance(answer, Refused)
        else fault_document(answer, language)
    )
    return json.dumps(shown, ensure_ascii=False).encode()
