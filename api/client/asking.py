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
        return parse_json(self.content)


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer as it came, read to its end."""

    path: str
    status: int
    headers: httpx2.Headers
    content: bytes

    def problem(self) -> dict[str, Json]:
        """Return the problem document, if this is one."""
        try:
            problem = json.loads(self.content)
        except ValueError:
            return {}
        return problem if isinstance(problem, dict) else {}

    def __str__(self) -> str:
        return f"{self.path} answers {self.status}"


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
        return self._until_answered(lambda: self._ask("POST", path, headers, body), sends=True)

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
        return parse_json(self.get(path))

    def _read(self, path: str) -> _Reply:
        headers = {AT_LEAST: str(self._seen)} if self._seen else {}
        return self._ask("GET", path, headers)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> _Reply:
        """Ask once; whoever answers without end is heard for so long and so much only.

        Raises:
            httpx2.HTTPError: no answer, or not in time.
            MismatchError: more than any answer of a registry.
        """
        ends_s = time.monotonic() + self._patience.answer_s
        content = bytearray()
        with self._http.stream(method, path, headers=headers, content=body) as response:
            for part in response.iter_bytes():
                content += part
                if len(content) > ANSWER_BYTES_MAX:
                    raise MismatchError("the registry's answer is longer than any it gives")
                if time.monotonic() > ends_s:
                    raise httpx2.ReadTimeout("the answer does not end", request=response.request)
        return _Reply(
            path.partition("?")[0], response.status_code, response.headers, bytes(content)
        )

    def _until_answered(
        self, ask: Callable[[], _Reply], *, sends: bool, absent: bool = False
    ) -> Answered:
        ends_s = time.monotonic() + self._patience.deadline_s
        number, earlier_open = 0, False
        while True:
            retry_after: str | None = None
            problem: dict[str, Json] = {}
            try:
                reply = ask()
            except httpx2.HTTPError as error:
                attempt, said = attempt_of_error(error), type(error).__name__
            else:
                if reply.status not in RETRY_STATUSES:
                    return self._take(reply, earlier_open=earlier_open, absent=absent)
                problem, said = reply.problem(), str(reply)
                attempt = attempt_of_answer(reply.status, problem)
                retry_after = reply.headers.get("retry-after")
            earlier_open = earlier_open or (sends and attempt is Attempt.UNKNOWN)
            pause_s = self._patience.pause_s(number, retry_after)
            number += 1
            if time.monotonic() + pause_s > ends_s:
                if "code" in problem:
                    raise RefusedError(problem, earlier_open=earlier_open)
                raise _gave_up(number, said, earlier_open=earlier_open)
            time.sleep(pause_s)

    def _take(self, reply: _Reply, *, earlier_open: bool, absent: bool) -> Answered:
        size = self._see(reply.headers.get(HEAD))
        if httpx2.codes.is_success(reply.status) or (absent and reply.status == NOT_FOUND):
            return Answered(reply.status, reply.content, earlier_open, size)
        problem = reply.problem()
        if "code" in problem:
            raise RefusedError(problem, earlier_open=earlier_open)
        raise UnreachableError(str(reply))

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


def parse_json(content: bytes) -> Json:
    """Return what an answer says.

    Raises:
        MismatchError: it is no JSON.
    """
    try:
        value: Json = json.loads(content)
    except ValueError as error:
        raise MismatchError("the registry answers with what is no JSON") from error
    return value
