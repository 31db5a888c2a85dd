"""Waiting until an order's entry is published, as the client likes: one late answer, or events."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Literal

from fastapi import Request, Response
from pydantic import BaseModel

from api.event_stream import HEARTBEAT, HEARTBEAT_S, MEDIA_TYPE, event, event_stream
from api.watching import Watch
from contracts.check_digits import encode_id
from ledger.log.entry import Entry

WAIT_S: Final = 45
"""A little more than the time until the next publication, by default settings."""

WAIT_S_MAX: Final = 120
WAITING_MAX: Final = 1_024
JSON_TYPE: Final = "application/json"
_WAIT: Final = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=[,;]|$)", re.IGNORECASE)


class Receipt(BaseModel):
    """Where an order stands in the log: recorded; final once a published checkpoint covers it."""

    seq: int
    id: str
    leaf_hash: str
    status: Literal["recorded"] = "recorded"


class FinalReceipt(BaseModel):
    """Where an order stands in the log, and how many entries the published checkpoint covers."""

    seq: int
    id: str
    leaf_hash: str
    status: Literal["final"] = "final"
    checkpoint_size: int


def receipt(entry: Entry) -> Receipt:
    """Return what is answered for a recorded order."""
    return Receipt(seq=entry.seq, id=encode_id(entry.seq), leaf_hash=entry.leaf_hash.hex())


@dataclass(slots=True)
class Finality:
    """Who waits for publication, and on what.

    Attributes:
        published: How many entries the published checkpoint covers.
        waiting: How many requests wait now.
    """

    published: Watch
    waiting: int = field(default=0)

    async def answer(self, request: Request, entry: Entry, status: int) -> Response:
        """Answer for a recorded order once it is published, or when that takes too long.

        Args:
            request: Says by `Prefer: wait=N` how many seconds it may take (RFC 7240, clause 4.3)
                and by `Accept` whether the client takes events.
            entry: What was recorded.
            status: 201 for a new entry, 200 for an old one; 202 says that it is not yet final.
        """
        preferred = _preferred_s(request)
        seconds = WAIT_S if preferred is None else preferred
        if self.waiting >= WAITING_MAX:
            seconds = 0
        applied = {} if preferred is None else {"Preference-Applied": f"wait={seconds}"}
        if MEDIA_TYPE in request.headers.get("accept", ""):
            return event_stream(self._events(entry, seconds), status, applied)
        size = await self._published(entry, seconds)
        shown = _shown(entry, size)
        if isinstance(shown, Receipt):
            status, applied = 202, {**applied, **_where(entry)}
        return Response(shown.model_dump_json(), status, applied, JSON_TYPE)

    async def _published(self, entry: Entry, seconds: float) -> int:
        self.waiting += 1
        try:
            return await self.published.beyond(entry.seq, seconds)
        finally:
            self.waiting -= 1

    async def _events(self, entry: Entry, seconds: float) -> AsyncIterator[bytes]:
        yield event("recorded", receipt(entry).model_dump_json().encode())
        until_s = monotonic() + seconds
        while True:
            left_s = max(0.0, until_s - monotonic())
            size = await self._published(entry, min(HEARTBEAT_S, left_s))
            shown = _shown(entry, size)
            if isinstance(shown, FinalReceipt):
                yield event("final", shown.model_dump_json().encode())
                return
            if left_s == 0 or self.published.ending:
                yield event("later", _where(entry)["Location"].encode())
                return
            yield HEARTBEAT


def _preferred_s(request: Request) -> int | None:
    found = _WAIT.search(",".join(request.headers.getlist("prefer")))
    return None if found is None else min(int(found[1]), WAIT_S_MAX)


def _shown(entry: Entry, size: int) -> Receipt | FinalReceipt:
    plain = receipt(entry)
    if size <= entry.seq:
        return plain
    return FinalReceipt(seq=plain.seq, id=plain.id, leaf_hash=plain.leaf_hash, checkpoint_size=size)


def _where(entry: Entry) -> dict[str, str]:
    """Return where the proof of the entry will be, once it is published."""
    return {"Location": f"/v1/entries/{entry.seq}/proof", "Retry-After": "5"}
