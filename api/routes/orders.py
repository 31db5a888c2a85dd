"""Orders: the one way in, one at a time or as a batch of lines."""

import json
from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.deps import LanguageDep, RegistryDep, Submit, SubmitDep
from api.problems import MediaTypeError, refusal_problem, refusal_response
from api.text.catalogue import Language
from contracts.check_digits import encode_id
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.intake import SignedOrder, read_envelope
from ledger.log.entry import Entry

router = APIRouter(prefix="/v1", tags=["orders"])
LINES_MAX: Final = 1_000
JSON_TYPE: Final = "application/json"
LINES_TYPE: Final = "application/x-ndjson"


class Receipt(BaseModel):
    """Where an order stands in the log; `status` is recorded, and final once published."""

    seq: int
    id: str
    leaf_hash: str
    status: str = "recorded"


def receipt(entry: Entry) -> Receipt:
    """Return what is answered for a recorded order."""
    return Receipt(seq=entry.seq, id=encode_id(entry.seq), leaf_hash=entry.leaf_hash.hex())


@router.post(
    "/orders",
    status_code=201,
    response_model=Receipt,
    responses={200: {"model": Receipt, "description": "Recorded before: the entry of that time"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON_TYPE: {"schema": {"type": "object"}}},
        }
    },
)
async def submit_order(request: Request, registry: RegistryDep, submit: SubmitDep) -> Response:
    """Submit one signed order; the same order again is answered with 200 and the same entry."""
    _check_media_type(request, JSON_TYPE)
    body = await request.body()
    try:
        signed = read_envelope(body)
    except Refused as refused:
        return refusal_response(refused, request.scope)
    # Should the same order come twice at once, both may be told that it is new: the entry is one.
    size = await run_in_threadpool(registry.size)
    (result,) = await run_in_threadpool(submit, [signed])
    if isinstance(result, Refused):
        return refusal_response(result, request.scope)
    status = 200 if result.seq < size else 201
    return Response(receipt(result).model_dump_json(), status, media_type=JSON_TYPE)


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
async def submit_batch(
    request: Request, registry: RegistryDep, submit: SubmitDep, language: LanguageDep
) -> Response:
    """Submit up to 1,000 signed orders, one canonical envelope a line; one answer a line.

    Each order sees the ones before it; a refused one stops none of the others.
    """
    _check_media_type(request, LINES_TYPE)
    if registry.read_only_reason is not None:
        refused = Refused(RefusalCode.LEDGER_READ_ONLY, reason=registry.read_only_reason)
        return refusal_response(refused, request.scope)
    lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
    if not 0 < len(lines) <= LINES_MAX:
        refused = Refused(RefusalCode.TOO_MANY_ITEMS, field="lines", least=1, most=LINES_MAX)
        return refusal_response(refused, request.scope)
    answers = await run_in_threadpool(_submit_lines, submit, lines)
    return Response(b"".join(_lines(answers, language)), 200, media_type=LINES_TYPE)


def _check_media_type(request: Request, expected: str) -> None:
    """Refuse bodies that are declared as something else; what is not declared is tried."""
    declared = request.headers.get("content-type", expected).partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if declared != expected or encoding != "identity":
        raise MediaTypeError(expected)


def _submit_lines(submit: Submit, lines: list[bytes]) -> list[Entry | Refused]:
    read: list[SignedOrder | Refused] = []
    for line in lines:
        try:
            read.append(read_envelope(line))
        except Refused as refused:
            read.append(refused)
    orders = [item for item in read if isinstance(item, SignedOrder)]
    decided = iter(submit(orders) if orders else ())
    return [item if isinstance(item, Refused) else next(decided) for item in read]


def _lines(answers: list[Entry | Refused], language: Language) -> Iterator[bytes]:
    for answer in answers:
        shown: dict[str, Json] = (
            refusal_problem(answer, language)
            if isinstance(answer, Refused)
            else receipt(answer).model_dump()
        )
        yield json.dumps(shown, ensure_ascii=False).encode() + b"\n"
