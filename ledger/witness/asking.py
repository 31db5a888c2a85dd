"""Asking the witnesses of a policy for their cosignatures (c2sp.org/tlog-witness, as a client).

All are asked at once, each within the same time. Nothing that comes back is believed: a line counts
if it names a key that the policy gives at that address and its signature holds, and a wrong line is
left out without harming the others, so that no witness can spoil a note for the rest.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

import httpx2

from ledger.fetching import LOOPBACK_DIRECT
from ledger.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.log.note import Note, NoteError, NoteSignature, Vkey, parse_note, verify
from ledger.log.policy import Policy
from ledger.log.witness_wire import (
    AddCheckpoint,
    WireError,
    origin_hash,
    parse_lines,
    parse_size,
)

BODY_BYTES_MAX: Final = 65_536
"""More than 16 lines by ML-DSA-44 keys."""

TRIES_MAX: Final = 3
"""How often one witness is asked: its size may be told again while others move it."""

Consistency: TypeAlias = Callable[[int], tuple[bytes, ...]]
"""The consistency path from an old size to the note's; ValueError if the note is smaller.

It is called with a larger size only when a witness has shown that the log signed it, and in threads
of its own, for several witnesses at once: it may take long and must hold up none of them."""


class Outcome(StrEnum):
    """What became of asking one witness."""

    COSIGNED = "cosigned"
    AHEAD = "knows more entries"
    REFUSED = "refused"
    UNREACHED = "not reached"
    WRONG = "answered wrongly"


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """What came of one address.

    Attributes:
        url: The submission prefix that was asked.
        names: The policy's names of the witnesses there.
        outcome: What became of it.
        signatures: Lines whose signatures hold; at least one if cosigned.
        detail: A sentence for the operator.
        size: The size that the witness said it holds, where it did.
        seconds: How long it took.
    """

    url: str
    names: tuple[str, ...]
    outcome: Outcome
    signatures: tuple[NoteSignature, ...] = ()
    detail: str = ""
    size: int | None = None
    seconds: float = 0.0


def ask_witnesses(
    policy: Policy, note_bytes: bytes, consistency: Consistency, timeout_s: float
) -> tuple[NoteSignature, ...]:
    """Return the cosignatures that the policy's witnesses give, each checked.

    Args:
        policy: Whom to ask, and under which keys their answers are believed.
        note_bytes: The checkpoint as its log signed it.
        consistency: Proof from the size that a witness names. It may refuse by ValueError.
        timeout_s: Seconds that each witness has, for all that it is asked.
    """
    answers = ask_each(policy, note_bytes, consistency, timeout_s)
    return tuple(line for answer in answers for line in answer.signatures)


def ask_each(
    policy: Policy, note_bytes: bytes, consistency: Consistency, timeout_s: float
) -> tuple[WitnessAnswer, ...]:
    """Ask every witness that has an address, and return what became of each, by address.

    Keys at one address are one witness, which is asked once.

    Raises:
        NoteError: the note is malformed, or no checkpoint.
    """
    note = parse_note(note_bytes)
    tree = parse_checkpoint(note.text)
    log_keys = tuple(log.vkey for log in policy.logs if log.vkey.name == tree.origin)
    places: dict[str, dict[Vkey, str]] = {}
    for witness in policy.witnesses:
        if witness.url:
            places.setdefault(witness.url.rstrip("/"), {})[witness.vkey] = witness.name
    question = _Question(note, tree, log_keys, consistency)
    return asyncio.run(_ask_all(places, question, timeout_s)) if places else ()


@dataclass(frozen=True, slots=True)
class _Question:
    """What all are asked: the note, what it states, its log's keys, and how it is proven."""

    note: Note
    tree: Checkpoint
    log_keys: tuple[Vkey, ...]
    consistency: Consistency


async def _ask_all(
    places: Mapping[str, Mapping[Vkey, str]], question: _Question, timeout_s: float
) -> tuple[WitnessAnswer, ...]:
    async with httpx2.AsyncClient(
        follow_redirects=False, timeout=timeout_s, mounts=LOOPBACK_DIRECT
    ) as client:
        asked = [
            _Asking(client, url, names, question).within(timeout_s)
            for url, names in sorted(places.items())
        ]
        return tuple(await asyncio.gather(*asked))


class _WrongAnswerError(Exception):
    """A witness answered something that the protocol does not know."""


class _Asking:
    """One witness being asked."""

    def __init__(
        self, client: httpx2.AsyncClient, url: str, names: Mapping[Vkey, str], question: _Question
    ) -> None:
        self._client, self._url, self._names = client, url, names
        self._note, self._tree = question.note, question.tree
        self._log_keys, self._consistency = question.log_keys, question.consistency

    async def within(self, timeout_s: float) -> WitnessAnswer:
        """Return what became of it, after `timeout_s` at the latest."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                answer = await self._ask()
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            # TimeoutError, of asyncio as of a socket, is an OSError.
            reason = str(error) or type(error).__name__
            answer = self._answer(Outcome.UNREACHED, detail=reason)
        except (_WrongAnswerError, WireError, NoteError) as error:
            answer = self._answer(Outcome.WRONG, detail=str(error))
        return replace(answer, seconds=time.monotonic() - began)

    def _answer(
        self, outcome: Outcome, *, detail: str = "", size: int | None = None
    ) -> WitnessAnswer:
        names = tuple(self._names.values())
        return WitnessAnswer(url=self._url, names=names, outcome=outcome, detail=detail, size=size)

    async def _ask(self) -> WitnessAnswer:
        old_size = 0
        for _try in range(TRIES_MAX):
            if old_size > self._tree.size:
                return await self._ahead(old_size)
            path = await asyncio.to_thread(self._consistency, old_size)
            request = AddCheckpoint(old_size=old_size, path=path, checkpoint=self._note.to_bytes())
            status, body = await self._send("POST", "add-checkpoint", request.to_bytes())
            if status == httpx2.codes.OK:
                return replace(self._answer(Outcome.COSIGNED), signatures=self._believed(body))
            if status != httpx2.codes.CONFLICT:
                detail = f"{status}: {_first_line(body)}"
                return self._answer(Outcome.REFUSED, detail=detail, size=old_size or None)
            old_size = parse_size(body)
        raise _WrongAnswerError(f"told another size {TRIES_MAX} times")

    async def _ahead(self, size: int) -> WitnessAnswer:
        """Believe that a witness knows more only if it shows what the log signed."""
        _status, note = await self._send("GET", f"{origin_hash(self._tree.origin)}/checkpoint")
        shown = open_checkpoint(note, self._log_keys, self._tree.origin)
        if shown.size <= self._tree.size:
            raise _WrongAnswerError(f"says that it holds {size} entries and shows {shown.size}")
        try:
            await asyncio.to_thread(self._consistency, shown.size)
            detail = f"has cosigned {shown.size} entries, the log has signed {self._tree.size} now"
        except ValueError as error:
            detail = str(error)
        return self._answer(Outcome.AHEAD, detail=detail, size=shown.size)

    async def _send(
        self, method: str, path: str, content: bytes | None = None
    ) -> tuple[int, bytes]:
        url, parts, size = f"{self._url}/{path}", [], 0
        async with self._client.stream(method, url, content=content) as response:
            async for part in response.aiter_bytes():
                size += len(part)
                if size > BODY_BYTES_MAX:
                    raise _WrongAnswerError(f"answered with more than {BODY_BYTES_MAX} bytes")
                parts.append(part)
            return response.status_code, b"".join(parts)

    def _believed(self, body: bytes) -> tuple[NoteSignature, ...]:
        """Return the lines whose signatures hold under a key of this witness."""
        found: dict[Vkey, NoteSignature] = {}
        for line in parse_lines(body):
            for vkey in self._names:
                if (line.name, line.key_id) == (vkey.name, vkey.key_id) and self._holds(line, vkey):
                    found[vkey] = line
        if not found:
            raise _WrongAnswerError("no line of the answer is a cosignature by the policy's key")
        return tuple(found.values())

    def _holds(self, line: NoteSignature, vkey: Vkey) -> bool:
        try:
            (verified,) = verify(Note(self._note.text, (line,)), (vkey,))
        except NoteError:
            return False
        return bool(verified.timestamp)


def _first_line(body: bytes) -> str:
    text = body.decode(errors="replace").split("\n", 1)[0]
    return "".join(mark for mark in text[:200] if mark.isprintable())
