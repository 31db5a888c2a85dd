"""The log as static files (c2sp.org/tlog-tiles): what anyone can mirror, and needs nothing else.

Tiles and bundles never change, so they may be kept for ever; the checkpoint may not. Any page of
any site may read them.
"""

import gzip
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from api.deps import RegistryDep
from api.problems import NotFoundError
from ledger.blobs import Access, read_blob
from ledger.log.tiles import Tile, TileError, parse_path
from ledger.registry import Registry

router = APIRouter(prefix="/log", tags=["static log"])

IMMUTABLE: Final = "public, max-age=31536000, immutable"
GZIP_LEVEL: Final = 6
_ABOVE_ZERO: Final = re.compile(r"q=(1(\.0{0,3})?|0\.(?=[0-9]{0,2}[1-9])[0-9]{1,3})")
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
    if takes_gzip(",".join(request.headers.getlist("accept-encoding"))):
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


def takes_gzip(accepted: str) -> bool:
    """Say whether an Accept-Encoding allows gzip (RFC 9110, clauses 12.4.2 and 12.5.3).

    Naming gzip goes before `*`, and a weight of 0 forbids what it stands beside. A weight that is
    none counts as 0: the plain bytes are always right.
    """
    weights: dict[str, bool] = {}
    for one in accepted.split(","):
        coding, _, weight = (part.strip().lower() for part in one.partition(";"))
        # The old name is the same coding (RFC 9110, clause 8.4.1.3).
        coding = "gzip" if coding == "x-gzip" else coding
        weights[coding] = not weight or bool(_ABOVE_ZERO.fullmatch(weight))
    return weights.get("gzip", weights.get("*", False))


def _file(registry: Registry, path: str) -> bytes:
    """Read a tile; its place on disk is made from numbers, never from what was asked."""
    try:
        tile: Tile = parse_path(path)
        return (registry.settings.log / tile.path).read_bytes()
    except (TileError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFoundError(f"no {path}") from error
