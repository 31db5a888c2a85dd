"""Serving a mirror's copy of a log as c2sp.org/tlog-tiles asks."""

import re
from typing import Final

from starlette.responses import FileResponse, PlainTextResponse, Response

from ledger.log.tiles import CHECKPOINT_PATH, TileError, parse_path
from ledger.witness.mirror_store import MirrorStore

_UNCHANGING: Final = "public, max-age=31536000, immutable"
_OPEN_TO_ALL: Final = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}
_BLOB: Final = re.compile(r"blob/[0-9a-f]{64}")


def serve_copy(copy: MirrorStore, path: str) -> Response:
    """Answer a GET below the prefix of one copy."""
    if path == CHECKPOINT_PATH:
        note = copy.note()
        if note is None:
            return _missing()
        headers = {**_OPEN_TO_ALL, "Cache-Control": "no-cache"}
        return Response(note, headers=headers, media_type="text/plain; charset=utf-8")
    if not _names_a_file(path) or not (copy.folder / path).is_file():
        return _missing()
    return FileResponse(
        copy.folder / path,
        media_type="application/octet-stream",
        headers={**_OPEN_TO_ALL, "Cache-Control": _UNCHANGING},
    )


def _names_a_file(path: str) -> bool:
    """Say whether a path is one that a copy can have; nothing else ever reaches the disk."""
    if _BLOB.fullmatch(path):
        return True
    try:
        parse_path(path)
    except TileError:
        return False
    return True


def _missing() -> Response:
    return PlainTextResponse("not held\n", status_code=404, headers=_OPEN_TO_ALL)
