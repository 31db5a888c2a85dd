"""The log's tail as server-sent events: every entry as it is recorded, and every checkpoint."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.deps import RegistryDep
from api.event_stream import HEARTBEAT, HEARTBEAT_S, MEDIA_TYPE, event, event_stream
from api.problems import RETRY_AFTER_S, language_of, problem_document, problem_of
from api.watching import EVERY_S, Watch
from ledger import store
from ledger.registry import Registry

router = APIRouter(prefix="/v1/log", tags=["log"])
PAGE: Final = 64
SECONDS: Final = 3_600
TAILS_MAX: Final = 256
RETRY_MS: Final = 2_000
SEQ_MAX: Final = 2**53 - 1


class Tails:
    """How the log's tail is followed, and how many follow it.

    Attributes:
        log: How many entries there are.
        published: How many entries the published checkpoint covers.
        open: How many readers there are now.
    """

    __slots__ = ("log", "open", "published")

    def __init__(self, log: Watch, published: Watch) -> None:
        self.log, self.published, self.open = log, published, 0


@router.get(
    "/events",
    response_class=Response,
    responses={200: {"description": "Events", "content": {MEDIA_TYPE: {}}}},
)
async def follow_log(
    request: Request,
    registry: RegistryDep,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=SEQ_MAX, description="The entry that was seen last.")
    ] = None,
    after: Annotated[
        int | None, Query(ge=-1, le=SEQ_MAX, description="The same, for whoever comes first.")
    ] = None,
    seconds: Annotated[
        int, Query(ge=0, le=SECONDS, description="When the stream ends; come again then.")
    ] = SECONDS,
) -> Response:
    """Follow the log: events `entry` (canonical bytes, id = seq) and `checkpoint` (signed note).

    Without `Last-Event-ID` or `after` it begins with what is recorded from now on. An entry is
    final once a checkpoint covers it. Comments are sent while nothing happens.
    """
    tails: Tails = request.app.state.tails
    if tails.open >= TAILS_MAX:
        document = problem_document(language_of(request.scope), 503, "problem.too_many_tails")
        return problem_of(document, 503, RETRY_AFTER_S)
    size = await run_in_threadpool(registry.size)
    seen = last_event_id if last_event_id is not None else after
    following = size if seen is None else seen + 1
    return event_stream(_follow(tails, registry, following, monotonic() + seconds))


async def _follow(
    tails: Tails, registry: Registry, following: int, until_s: float
) -> AsyncIterator[bytes]:
    """Yield events from the entry `following` on."""
    if tails.open >= TAILS_MAX:
        return  # Many were let in together; whoever is one too many comes again.
    tails.open += 1
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        published, spoken_s = await tails.published.now(), monotonic()
        while monotonic() < until_s and not tails.log.ending:
            end = min(await tails.log.now(), following + PAGE)
            if following < end:
                contents = await run_in_threadpool(_contents, registry, following, end)
                yield b"".join(
                    event("entry", content, seq) for seq, content in enumerate(contents, following)
                )
                following, spoken_s = end, monotonic()
                continue
            if (size := await tails.published.now()) > published and following >= size:
                published, spoken_s = size, monotonic()
                note = await run_in_threadpool(registry.checkpoint)
                yield event("checkpoint", (note or b"").removesuffix(b"\n"))
                continue
            if monotonic() - spoken_s >= HEARTBEAT_S:
                spoken_s = monotonic()
                yield HEARTBEAT
            await tails.log.beyond(following, EVERY_S)
    finally:
        tails.open -= 1


def _contents(registry: Registry, first: int, end: int) -> list[bytes]:
    with registry.reader.connect() as connection:
        return list(store.read(connection, first, end))
