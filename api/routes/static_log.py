"""The log as static files (c2sp.org/tlog-tiles): what anyone can mirror, and needs nothing else.

Tiles and bundles never change, so they may be kept for ever; the checkpoint may not. Any page of
any site may read them.
"""

import gzip
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import RegistryDep
from api.problems import NotFoundError
from ledger.blobs import Access, read_blob
from ledger.log.tiles import Tile, TileError, parse_path
from ledger.registry import Registry

router = APIRouter(prefix="/log", tags=["static log"])

PREFIX: Final = "/log/"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
GZIP_LEVEL: Final = 6
_BINARY: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Bytes", "content": {"application/octet-stream": {}}}
}
_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Text", "content": {"text/plain": {}}}
}
_IndexPath = Annotated[
    str,
    Path(
        pattern=r"^(x[0-9]{3}/){0,6}[0-9]{3}(\.p/[1-9][0-9]{0,2})?$",
        max_length=40,
        description="Index in groups of three digits, such as x001/234, or 234.p/7 if partial.",
    ),
]


class OpenToAll:
    """Middleware: whatever stands under /log/ may be read by any page, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add the header to its answer."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                header = (b"access-control-allow-origin", b"*")
                message["headers"] = [*message["headers"], header]
            await send(message)

        opened = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await self._app(scope, receive, sending if opened else send)


@router.get("/checkpoint", response_class=Response, responses=_TEXT)
def read_static_checkpoint(registry: RegistryDep) -> Response:
    """Return the signed checkpoint published last, with its cosignatures."""
    note = registry.checkpoint()
    if note is None:
        raise NotFoundError("no checkpoint yet")
    headers = {"Cache-Control": "public, max-age=5"}
    return Response(note, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/tile/entries/{index:path}", response_class=Response, responses=_BINARY)
def read_bundle(index: _IndexPath, request: Request, registry: RegistryDep) -> Response:
    """Return up to 256 entries, each after its length in two bytes."""
    content = _file(registry, f"tile/entries/{index}")
    headers = {"Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        # Without a time, the same bundle is the same bytes compressed.
        content = gzip.compress(content, GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/tile/{level}/{index:path}", response_class=Response, responses=_BINARY)
def read_tile(
    level: Annotated[str, Path(pattern=r"^(0|[1-9][0-9]?)$")],
    index: _IndexPath,
    registry: RegistryDep,
) -> Response:
    """Return up to 256 hashes of 32 bytes."""
    content = _file(registry, f"tile/{level}/{index}")
    headers = {"Cache-Control": IMMUTABLE}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/anchors/rfc3161/{name}", response_class=Response, responses=_BINARY)
def read_anchor(
    name: Annotated[str, Path(pattern=r"^[0-9]{1,19}-[0-9a-f]{16}\.(tsr|checkpoint)$")],
    registry: RegistryDep,
) -> Response:
    """Return a time stamp, or the checkpoint that it dates."""
    try:
        content = (registry.settings.log / "anchors" / "rfc3161" / name).read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"no {name}") from error
    headers = {"Cache-Control": IMMUTABLE}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/blob/{digest}", response_class=Response, responses=_BINARY)
def read_document(
    digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in hex.")],
    registry: RegistryDep,
) -> Response:
    """Return a public document by its digest."""
    try:
        content = read_blob(registry.settings.blobs, digest, Access.PUBLIC)
    except FileNotFoundError as error:
        raise NotFoundError(f"no public document {digest}") from error
    # Whatever it is, a browser must not show it as a page of this host.
    headers = {
        "Cache-Control": IMMUTABLE,
        "Content-Disposition": "attachment",
        "ETag": f'"{digest}"',
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


def _file(registry: Registry, path: str) -> bytes:
    """Read a tile; its place on disk is made from numbers, never from what was asked."""
    try:
        tile: Tile = parse_path(path)
        return (registry.settings.log / tile.path).read_bytes()
    except (TileError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFoundError(f"no {path}") from error
