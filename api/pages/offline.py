"""The offline pages, served as they are committed, each under the policy that it declares.

A page that is served proves only that this server's page agrees with this server's log: its reader
saves it, compares its SHA-256 with one from elsewhere, and opens it from a file.
"""

from functools import cache
from hashlib import sha256
from typing import Final

from starlette.responses import Response

from api.offline.build import FOLDER, PAGES, declared_policy
from api.problems import NotFoundError

NAMES: Final = frozenset(page.name for page in PAGES)


def offline_page(name: str) -> Response:
    """Return an offline page by its name.

    Raises:
        NotFoundError: no such page; only names of the list are ever looked at.
    """
    if name not in NAMES:
        raise NotFoundError(name)
    content, policy = _content(name)
    headers = {
        "Cache-Control": "no-cache",
        # Framing can be forbidden in a header only, never by the page itself.
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
        "ETag": f'"{sha256(content).hexdigest()}"',
    }
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


@cache
def _content(name: str) -> tuple[bytes, str]:
    content = (FOLDER / name).read_bytes()
    return content, declared_policy(content.decode())
