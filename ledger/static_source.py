"""Where a static log is read from: a folder, or an address that serves one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import httpx2

from ledger.log.tile_reader import TileMissingError
from ledger.log.tiles import BUNDLE_SIZE_MAX

Fetch: TypeAlias = Callable[[str], bytes]
"""Return the bytes at a path below the log's prefix; `TileMissingError` where there is none."""

ANSWER_SECONDS: Final = 30.0
TRIES: Final = 4
PAUSE_SECONDS: Final = 0.5
"""Before the second try; each further pause is twice as long."""


class SourceError(Exception):
    """A static log cannot be read; the text says which file of it and why."""


@contextmanager
def static_source(place: str) -> Iterator[Fetch]:
    """Open a static log for reading; nothing of it is checked here.

    Args:
        place: A folder that holds `checkpoint` and `tile/`, or its http(s) address.

    Raises:
        SourceError: from `fetch`, when a file cannot be read or is longer than any may be.
    """
    if place.startswith(("http://", "https://")):
        with httpx2.Client(base_url=place.rstrip("/") + "/", timeout=ANSWER_SECONDS) as client:
            yield lambda path: _get(client, path)
    else:
        folder = Path(place)
        yield lambda path: _read(folder / path)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(BUNDLE_SIZE_MAX + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise TileMissingError(f"{path} is missing") from error
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    return _bounded(content, str(path))


def _get(client: httpx2.Client, path: str) -> bytes:
    """Ask for a file, again after a pause when the network or the server fails."""
    failed = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
        try:
            with client.stream("GET", path) as response:
                if response.status_code in (404, 410):
                    raise TileMissingError(f"{path} is missing")
                if response.status_code == httpx2.codes.OK:
                    return _body(response, path)
                failed = f"answered {response.status_code}"
        except httpx2.HTTPError as error:
            failed = str(error) or type(error).__name__
    raise SourceError(f"{client.base_url}{path}: {failed}")


def _body(response: httpx2.Response, path: str) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > BUNDLE_SIZE_MAX:
            break
    return _bounded(bytes(content), path)


def _bounded(content: bytes, path: str) -> bytes:
    if len(content) > BUNDLE_SIZE_MAX:
        raise SourceError(f"{path} is longer than any file of a log")
    return content
