"""Probes: is the process alive, and should it be sent requests. Nothing inside is told."""

from typing import Any, Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse

from api.operations.readiness import READING, Readiness

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Whether this node should be sent requests, and each check by its name."""

    ready: bool
    checks: dict[str, bool]


_NOT_READY: Final[dict[int | str, dict[str, Any]]] = {
    503: {"model": Ready, "description": "Something is not well; its check says false"}
}


@router.get("/healthz")
async def is_alive() -> Alive:
    """Answer while the process can; restart it when this does not."""
    return Alive()


@router.get("/readyz", response_model=Ready, responses=_NOT_READY)
async def is_ready(request: Request) -> JSONResponse:
    """Say whether orders should be sent here, with every check by its name; 503 if not."""
    return _answer(await _readiness(request).checks())


@router.get("/readyz/reading", response_model=Ready, responses=_NOT_READY)
async def is_ready_for_reading(request: Request) -> JSONResponse:
    """Say whether questions should be sent here; a node that cannot record may still answer."""
    checks = await _readiness(request).checks()
    return _answer({name: checks[name] for name in READING})


def _readiness(request: Request) -> Readiness:
    readiness: Readiness = request.app.state.readiness
    return readiness


def _answer(checks: dict[str, bool]) -> JSONResponse:
    ready = all(checks.values())
    shown = Ready(ready=ready, checks=checks).model_dump()
    return JSONResponse(shown, 200 if ready else 503, {"Cache-Control": "no-store"})
