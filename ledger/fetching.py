"""Fetching a log's static files from its address, bounded in time and size."""

import time
from types import TracebackType
from typing import Final, Self

import httpx2

from ledger.log.tile_reader import TileMissingError
from ledger.log.tiles import BUNDLE_SIZE_MAX

TIMEOUT_S: Final = 30.0
"""For one file; a full bundle has at most 16.8 MB."""

LOOPBACK_DIRECT: Final = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}
"""Loopback is never asked through a proxy, whatever the environment says."""


class FetchError(Exception):
    """A file cannot be fetched; the text says which and why."""


class StaticLog:
    """A log's files below one address; to be used in a `with` statement.

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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def fetch(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            TileMissingError: the log answers that there is no such file.
            FetchError: no answer, another status than 200, too large, or too slow.
        """
        url, parts, size = f"{self._url}/{path}", [], 0
        ends = time.monotonic() + self._timeout_s
        try:
            with self._client.stream("GET", url) as response:
                if response.status_code in (httpx2.codes.NOT_FOUND, httpx2.codes.GONE):
                    raise TileMissingError(f"{url} does not exist")
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
            raise FetchError(f"{url}: {error or type(error).__name__}") from error
        return b"".join(parts)
