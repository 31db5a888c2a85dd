"""The application of a witness, and of a mirror where the folder has mirror keys.

    POST /add-checkpoint                 c2sp.org/tlog-witness
    GET  /<hash>/checkpoint              what was cosigned last; hash = SHA-256(origin) in hex
    POST /add-entries                    c2sp.org/tlog-mirror
    GET  /mirror/<hash>/…                the copy, by c2sp.org/tlog-tiles
    GET  /                               who this is, and the lines for a log's policy
    GET  /metrics                        for the operator's monitoring

Whoever can reach it may ask: a request counts by the log's signature in it, and by nothing else.
"""

from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.operations.exposition import CONTENT_TYPE
from api.witness.bodies import CHECKPOINT_BYTES_MAX, decoded_pieces, read_body
from api.witness.copies import serve_copy
from api.witness.metrics import Metrics
from ledger.witness.cosigner import Answer, AnswerError, Clock, refusal
from ledger.witness.folder import WitnessFolder, policy_lines
from ledger.witness.mirror import Mirror

MIRROR_PREFIX: Final = "/mirror"
"""A witness and a mirror in one process need two monitoring prefixes (tlog-mirror)."""

_OPEN_TO_ALL: Final = {"Access-Control-Allow-Origin": "*"}


def create_app(folder: WitnessFolder, clock: Clock) -> Starlette:
    """Return the application of one folder."""
    answers = _Endpoints(folder, clock)
    return Starlette(
        routes=[
            Route("/", answers.index),
            Route("/metrics", answers.metrics),
            Route("/add-checkpoint", answers.add_checkpoint, methods=["POST"]),
            Route("/add-entries", answers.add_entries, methods=["POST"]),
            Route(f"{MIRROR_PREFIX}/{{hash}}/{{path:path}}", answers.copy),
            Route("/{hash}/checkpoint", answers.latest),
        ]
    )


class _Endpoints:
    """What is answered at each address; Starlette runs those that are no coroutine in threads."""

    def __init__(self, folder: WitnessFolder, clock: Clock) -> None:
        self._folder = folder
        self._witness = folder.witness(clock)
        self._mirror = Mirror.of(folder, clock) if folder.mirror_keys else None
        self._metrics = Metrics(folder, self._mirror)

    async def add_checkpoint(self, request: Request) -> Response:
        try:
            body = await read_body(request, CHECKPOINT_BYTES_MAX)
            answer = await run_in_threadpool(self._witness.add_checkpoint, body)
        except AnswerError as error:
            answer = error.answer
        self._metrics.count("add-checkpoint", answer.status)
        return _response(answer)

    async def add_entries(self, request: Request) -> Response:
        if self._mirror is None:
            answer = refusal(404, "this is a witness, not a mirror")
        else:
            answer = await _upload(request, self._mirror)
        self._metrics.count("add-entries", answer.status)
        return _response(answer, {"Accept-Encoding": "gzip"})

    def latest(self, request: Request) -> Response:
        log = self._folder.store.log_by_hash(request.path_params["hash"])
        cosigned = None if log is None else self._folder.store.latest(log.origin)
        if cosigned is None:
            return _response(refusal(404, "nothing was cosigned for this log"))
        return _response(Answer(status=200, body=cosigned.note), {"Cache-Control": "no-cache"})

    def copy(self, request: Request) -> Response:
        log = self._folder.store.log_by_hash(request.path_params["hash"])
        if self._mirror is None or log is None:
            return _response(refusal(404, "no such copy"))
        return serve_copy(self._mirror.copy_of(log), request.path_params["path"])

    def index(self, _request: Request) -> Response:
        return PlainTextResponse(introduction(self._folder), headers=_OPEN_TO_ALL)

    def metrics(self, _request: Request) -> Response:
        return Response(self._metrics.text(), media_type=CONTENT_TYPE)


def introduction(folder: WitnessFolder) -> str:
    """Return who a witness is, for people, with the lines that a log's policy needs."""
    parts = [("witness", folder.keys, folder.url)]
    if folder.mirror_keys:
        parts.append(("mirror", folder.mirror_keys, folder.url))
    lines = []
    for role, keys, url in parts:
        lines += [f"# {role} {keys[0].name}", *policy_lines(keys, url), ""]
    return "\n".join(lines)


async def _upload(request: Request, mirror: Mirror) -> Answer:
    upload = mirror.upload()
    try:
        async for piece in decoded_pieces(request):
            await run_in_threadpool(upload.feed, piece)
        return await run_in_threadpool(upload.finish)
    except AnswerError as error:
        return error.answer


def _response(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    # Built by hand: Starlette would add a charset to content types that have none.
    response = Response(answer.body, status_code=answer.status)
    response.headers["content-type"] = answer.content_type
    response.headers.update({**_OPEN_TO_ALL, "X-Content-Type-Options": "nosniff"})
    response.headers.update(headers or {})
    return response
