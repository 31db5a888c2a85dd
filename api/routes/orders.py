"""Orders: the one way in, one at a time or as a batch of lines."""

import json
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.deps import NowDep, RegistryDep
from api.problems import refusal_problem, refusal_response
from contracts.check_digits import encode_id
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json
from ledger.intake import SignedOrder, read_envelope
from ledger.log.entry import Entry
from ledger.registry import Registry

router = APIRouter(prefix="/v1", tags=["orders"])
LINES_MAX = 1_000


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
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
async def submit_order(request: Request, registry: RegistryDep, now_us: NowDep) -> Response:
    """Submit one signed order; the same order again is answered with the same entry."""
    body = await request.body()
    try:
        signed = read_envelope(body)
    except Refused as refused:
        return refusal_response(refused, request.scope)
    (result,) = await run_in_threadpool(registry.submit, [signed], now_us=now_us)
    if isinstance(result, Refused):
        return refusal_response(result, request.scope)
    return Response(receipt(result).model_dump_json(), 201, media_type="application/json")


@router.post(
    "/orders:batch",
    response_class=StreamingResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        }
    },
)
async def submit_batch(request: Request, registry: RegistryDep, now_us: NowDep) -> Response:
    """Submit up to 1,000 signed orders, one canonical envelope a line; one answer a line.

    Each order sees the ones before it; a refused one stops none of the others.
    """
    lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
    if not 0 < len(lines) <= LINES_MAX:
        refused = Refused(RefusalCode.TOO_MANY_ITEMS, field="lines", least=1, most=LINES_MAX)
        return refusal_response(refused, request.scope)
    answers = await run_in_threadpool(_submit_lines, registry, lines, now_us)
    return Response(b"".join(_lines(answers)), 200, media_type="application/x-ndjson")


def _submit_lines(registry: Registry, lines: list[bytes], now_us: int) -> list[Entry | Refused]:
    read: list[SignedOrder | Refused] = []
    for line in lines:
        try:
            read.append(read_envelope(line))
        except Refused as refused:
            read.append(refused)
    orders = [item for item in read if isinstance(item, SignedOrder)]
    decided = iter(registry.submit(orders, now_us=now_us) if orders else ())
    return [item if isinstance(item, Refused) else next(decided) for item in read]


def _lines(answers: list[Entry | Refused]) -> Iterator[bytes]:
    for answer in answers:
        shown: dict[str, Json] = (
            refusal_problem(answer, "zh")
            if isinstance(answer, Refused)
            else receipt(answer).model_dump()
        )
        yield json.dumps(shown, ensure_ascii=False).encode() + b"\n"
