"""Fetching a log's static files from a folder or an address, bounded in time and size."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import httpx2

from ledger.log.tile_reader import TileMissingError
from ledger.log.tiles import BUNDLE_SIZE_MAX

Fetch: TypeAlias = Callable[[str], bytes]
"""A path below a log's prefix -> its bytes; `TileMissingError` where there is none."""

TIMEOUT_S: Final = 30.0
"""For one file; a full bundle has at most 16.8 MB."""

TRIES: Final = 4
PAUSE_S: Final = 0.5
"""Before the second try; each further pause is twice as long."""

LOOPBACK_DIRECT: Final = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}
"""Loopback is never asked through a proxy, whatever the environment says."""


class FetchError(Exception):
    """A file cannot be fetched; the text says which and why."""


class UnreachedError(FetchError):
    """The network or the server failed; another try may succeed."""


class StaticLog:
    """A log's files below one address; to be closed when done.

    Args:
        url: The prefix, such as https://registry.example/log; `checkpoint` and `tile/` lie below.
        timeout_s: Seconds that one file may take.
    """

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._client = httpx2.Client(
            follow_redirects=False, timeout=timeout_s, mounts=LOOPBACK_DIRECT
        )

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def fetch(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            TileMissingError: the log answers that there is no such file.
            UnreachedError: no answer, or the server says that it cannot.
            FetchError: another status than 200, too large, or too slow.
        """
        url, parts, size = f"{self._url}/{path}", [], 0
        ends = time.monotonic() + self._timeout_s
        try:
            with self._client.stream("GET", url) as response:
                if response.status_code in (httpx2.codes.NOT_FOUND, httpx2.codes.GONE):
                    raise TileMissingError(f"{url} does not exist")
                if httpx2.codes.is_server_error(response.status_code):
                    raise UnreachedError(f"{url} answers {response.status_code}")
                if response.status_code != httpx2.codes.OK:
                    raise FetchError(f"{url} answers {response.status_code}")
                # Decoded bytes are counted, so that little gzip cannot become much memory.
                # Parts are taken as they come: of a size, one could take a dripping server days.
                for part in response.iter_bytes():
                    size += len(part)
                    if size > BUNDLE_SIZE_MAX or time.monotonic() > ends:
                        raise FetchError(f"{url} is too large or too slow")
                    parts.append(part)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise UnreachedError(f"{url}: {error or type(error).__name__}") from error
        return b"".join(parts)


@contextmanager
def static_log(place: str) -> Iterator[Fetch]:
    """Open a static log for reading; nothing of it is checked here.

    Args:
        place: A folder that holds `checkpoint` and `tile/`, or its http(s) address, which is asked
            again after a pause when the network or the server fails.

    Raises:
        FetchError: when a file cannot be read or is longer than any may be.
    """
    if place.startswith(("http://", "https://")):
        with closing(StaticLog(place)) as log:
            yield lambda path: _patiently(log, path)
    else:
        yield folder_log(Path(place))


def folder_log(folder: Path) -> Fetch:
    """Return what reads the files of a static log in a folder.

    Raises:
        FetchError: when a file cannot be read or is longer than any may be.
    """

    def fetch(path: str) -> bytes:
        try:
            with (folder / path).open("rb") as file:
                content = file.read(BUNDLE_SIZE_MAX + 1)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise TileMissingError(f"{path} is missing in {folder}") from error
        except OSError as error:
            raise FetchError(f"{folder / path}: {error.strerror}") from error
        if len(content) > BUNDLE_SIZE_MAX:
            raise FetchError(f"{folder / path} is longer than any file of a log")
        return content

    return fetch


def _patiently(log: StaticLog, path: str) -> bytes:
    for attempt in range(1, TRIES):
        try:
            return log.fetch(path)
        except UnreachedError:
            time.sleep(PAUSE_S * 2 ** (attempt - 1))
    return log.fetch(path)
