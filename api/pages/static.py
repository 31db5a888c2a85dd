"""The few files that pages load: styles, drawings, the code's script. From this package alone."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from starlette.responses import Response

from api.problems import NotFoundError

TYPES: Final = {
    "code.js": "text/javascript; charset=utf-8",
    "contours.svg": "image/svg+xml",
    "mark.svg": "image/svg+xml",
    "site.css": "text/css; charset=utf-8",
}


def static_file(name: str) -> Response:
    """Return a file by its name.

    Raises:
        NotFoundError: no such file; only names of the list are ever looked at.
    """
    if name not in TYPES:
        raise NotFoundError(name)
    content = _content(name)
    headers = {
        "Cache-Control": "public, max-age=3600",
        "ETag": f'"{sha256(content).hexdigest()}"',
    }
    return Response(content, media_type=TYPES[name], headers=headers)


@cache
def _content(name: str) -> bytes:
    return (files("api") / "static" / name).read_bytes()
