"""Whether an order is recorded: for clients that sent one and heard no answer."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.deps import HEAD_HEADER, ReadingDep
from api.finality import Receipt, receipt
from api.problems import problem_response
from contracts.orders import ACTOR, NONCE

router = APIRouter(prefix="/v1", tags=["orders"])
UNRECORDED: Final[dict[int | str, dict[str, Any]]] = {
    404: {"description": f"Not among the entries that `{HEAD_HEADER}` names; it may yet arrive."}
}


@router.get("/orders", response_model=Receipt, responses=UNRECORDED)
def find_order(
    request: Request,
    response: Response,
    reading: ReadingDep,
    actor: Annotated[str, Query(pattern=f"^({ACTOR.pattern})$", description="Who asked.")],
    nonce: Annotated[str, Query(pattern=f"^{NONCE.pattern}$", description="The order's ULID.")],
) -> Receipt | Response:
    """Return the receipt of the order to which an actor gave a nonce.

    404 says that it was not recorded by the moment that `Ledger-Head` names. Until the log's time
    has passed the order's `valid_until_us`, a copy still on its way may be.
    """
    entry = reading.history.recorded(actor, nonce)
    if entry is not None:
        return receipt(entry)
    absent = problem_response(request.scope, 404, "problem.not_found")
    absent.headers[HEAD_HEADER] = response.headers[HEAD_HEADER]
    return absent
