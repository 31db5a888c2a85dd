"""What is answered when the world, not the rules, stands in an order's way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse
from starlette.types import Scope

from api.problems import RETRY_AFTER_S, language_of, problem_document, problem_of
from api.text.catalogue import Language
from contracts.values import Json
from ledger.database.outcome import OutcomeUnknownError
from ledger.room import NoRoomError
from ledger.sequencing.tickets import ClosingError, QueueFullError
from ledger.store import HeadMovedError, TamperedError
from ledger.submit import ClockError

NO_ROOM_RETRY_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A problem of the service: status, message of the catalogue, when to come again."""

    status: int
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)
    retry_after_s: int | None = RETRY_AFTER_S


def fault_of(error: Exception) -> Fault:
    """Return what a client is told of a fault.

    Whoever is told 429, `queue_full`, `no_room`, `clock` or `busy` knows that nothing was recorded;
    `closing`, `stopped`, `outcome_unknown` and 500 leave it open, and the same order sent again is
    answered.
    """
    if isinstance(error, QueueFullError):
        status, name = (429, "share_full") if error.own else (503, "queue_full")
        facts = {"seconds": error.retry_after_s}
        message = f"problem.{name}"
        return Fault(status=status, message=message, facts=facts, retry_after_s=error.retry_after_s)
    if isinstance(error, ClosingError):
        return Fault(status=503, message="problem.closing")
    if isinstance(error, ClockError):
        return Fault(status=503, message="problem.clock", facts={"reason": str(error)})
    if isinstance(error, HeadMovedError):
        return Fault(status=503, message="problem.busy")
    if isinstance(error, TamperedError):
        return Fault(status=503, message="problem.stopped")
    if isinstance(error, NoRoomError):
        return Fault(status=507, message="problem.no_room", retry_after_s=NO_ROOM_RETRY_S)
    if isinstance(error, OSError | SQLAlchemyError | OutcomeUnknownError):
        # "Error, yet committed" has been seen of every database.
        return Fault(status=503, message="problem.outcome_unknown")
    return Fault(status=500, message="problem.fault", retry_after_s=None)


def fault_document(error: Exception, language: Language) -> dict[str, Json]:
    """Return the problem document of a fault."""
    fault = fault_of(error)
    return problem_document(language, fault.status, fault.message, fault.facts)


def fault_response(error: Exception, scope: Scope) -> JSONResponse:
    """Return a fault as an HTTP answer."""
    fault = fault_of(error)
    document = problem_document(language_of(scope), fault.status, fault.message, fault.facts)
    return problem_of(document, fault.status, fault.retry_after_s)
