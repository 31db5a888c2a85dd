"""Requests that are repeated until they are answered, and the moment that answers speak of."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx2

from api.client.errors import (
    ClientError,
    MismatchError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from api.client.retrying import (
    RETRY_STATUSES,
    Attempt,
    Patience,
    attempt_of_answer,
    attempt_of_error,
)
from contracts.values import Json
from ledger.fetching import LOOPBACK_DIRECT

HEAD: Final = "Ledger-Head"
AT_LEAST: Final = "Ledger-At-Least"
ANSWER_BYTES_MAX: Final = 8 * 1_048_576
NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts.

    Attributes:
        status: A success, or 404 where nothing may be there.
        content: The body.
        earlier_open: An earlier attempt went unanswered.
        size: How many entries there were, if the answer says so.
    """

    status: int
    content: bytes
    earlier_open: bool
    size: int | None

    def json(self) -> Json:
        """Return the body as JSON.

        Raises:
            MismatchError: it is none.
        """
        return _json(self.content)


class Asking:
    """Connections to one registry."""

    def __init__(self, url: str, patience: Patience) -> None:
        self._patience = patience
        self._seen = 0
        timeout = httpx2.Timeout(patience.answer_s, connect=patience.connect_s)
        self._http = httpx2.Client(
            base_url=url,
            timeout=timeout,
            follow_redirects=False,
            mounts=LOOPBACK_DIRECT,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def post(self, path: str, body: bytes, media_type: str) -> Answered:
        """Send a body until it is answered.

        Raises:
            RefusedError: the registry refuses it.
            UnknownOutcomeError: at least one attempt may have been taken, and none was answered.
            UnreachableError: none was taken.
        """
        headers = {"content-type": media_type}
        return self._until_answered(
            lambda: self._http.post(path, content=body, headers=headers), sends=True
        )

    def get(self, path: str) -> bytes:
        """Return what lies at a path.

        Raises:
            UnreachableError: nothing does, or nobody answers.
        """
        return self._until_answered(lambda: self._read(path), sends=False).content

    def find(self, path: str) -> Answered:
        """Return the answer at a path, 404 if nothing is there yet; raises as `get`."""
        return self._until_answered(lambda: self._read(path), sends=False, absent=True)

    def json(self, path: str) -> Json:
        """Return the JSON at a path; raises as `get`."""
        return _json(self.get(path))

    def _read(self, path: str) -> httpx2.Response:
        headers = {AT_LEAST: str(self._seen)} if self._seen else {}
        return self._http.get(path, headers=headers)

    def _until_answered(
        self, ask: Callable[[], httpx2.Response], *, sends: bool, absent: bool = False
    ) -> Answered:
        ends_s = time.monotonic() + self._patience.deadline_s
        number, earlier_open = 0, False
        while True:
            retry_after: str | None = None
            problem: dict[str, Json] = {}
            try:
                response = ask()
            except httpx2.HTTPError as error:
                attempt, said = attempt_of_error(error), type(error).__name__
            else:
                if response.status_code not in RETRY_STATUSES:
                    return self._take(response, earlier_open=earlier_open, absent=absent)
                problem, said = _problem(response), _said(response)
                attempt = attempt_of_answer(response.status_code, problem)
                retry_after = response.headers.get("retry-after")
            earlier_open = earlier_open or (sends and attempt is Attempt.UNKNOWN)
            pause_s = self._patience.pause_s(number, retry_after)
            number += 1
            if time.monotonic() + pause_s > ends_s:
                if "code" in problem:
                    raise RefusedError(problem, earlier_open=earlier_open)
                raise _gave_up(number, said, earlier_open=earlier_open)
            time.sleep(pause_s)

    def _take(self, response: httpx2.Response, *, earlier_open: bool, absent: bool) -> Answered:
        if len(response.content) > ANSWER_BYTES_MAX:
            raise MismatchError("the registry's answer is longer than any it gives")
        size = self._see(response.headers.get(HEAD))
        if response.is_success or (absent and response.status_code == NOT_FOUND):
            return Answered(response.status_code, response.content, earlier_open, size)
        problem = _problem(response)
        if "code" in problem:
            raise RefusedError(problem, earlier_open=earlier_open)
        raise UnreachableError(_said(response))

    def _see(self, head: str | None) -> int | None:
        """Remember how far the registry has shown itself; no later answer may be older."""
        text = (head or "").partition(" ")[0]
        if not (text.isascii() and text.isdigit() and len(text) < 17):
            return None
        size = int(text)
        self._seen = max(self._seen, size)
        return size


def _gave_up(attempts: int, said: str, *, earlier_open: bool) -> ClientError:
    text = f"no answer after {attempts} attempts ({said})"
    return UnknownOutcomeError(text) if earlier_open else UnreachableError(text)


def _problem(response: httpx2.Response) -> dict[str, Json]:
    """Return the problem document of an answer, if it is one."""
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _said(response: httpx2.Response) -> str:
    return f"{response.request.url.path} answers {response.status_code}"


def _json(content: bytes) -> Json:
    try:
        value: Json = json.loads(content)
    except ValueError as error:
        raise MismatchError("the registry answers with what is no JSON") from error
    return value
