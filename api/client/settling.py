"""Sending orders until their outcome is known, comparing what is answered, and writing it down."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from api.client.answers import Receipt, Stated, Unrecorded
from api.client.asking import NOT_FOUND, Answered, Asking, parse_json
from api.client.errors import MismatchError, RefusedError, UnknownOutcomeError
from api.client.journal import Journal
from api.drafting.draft import Draft
from contracts.refusal import RefusalCode
from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.merkle import leaf_hash

CREATED: Final = 201


class Settling:
    """What was sent, and what is known of it."""

    def __init__(self, asking: Asking, journal: Journal | None) -> None:
        self._asking = asking
        self._journal = journal
        self._in_doubt: set[str] = set()

    def send(self, draft: Draft, *, in_doubt: bool = False) -> Receipt:
        """Send one order; `in_doubt` if an attempt of an earlier process may be on its way.

        Raises as `Client.submit`.
        """
        if in_doubt:
            self._in_doubt.add(_nonce(draft))
        answered = self._post("/v1/orders", [draft], "application/json")
        if isinstance(answered, RefusedError):
            raise answered
        stated = Stated.of(answered.json(), again=answered.status != CREATED)
        return self._compare(draft, stated)

    def send_all(self, drafts: Sequence[Draft]) -> list[Receipt | RefusedError]:
        """Send orders together; raises as `Client.submit_all`."""
        answered = self._post("/v1/orders:batch", drafts, "application/x-ndjson")
        if isinstance(answered, RefusedError):
            raise answered
        lines = answered.content.splitlines()
        if len(lines) != len(drafts):
            raise MismatchError(f"{len(lines)} answers to {len(drafts)} orders")
        return [
            self._line(draft, line, answered) for draft, line in zip(drafts, lines, strict=True)
        ]

    def look(self, draft: Draft) -> Receipt | Unrecorded:
        """Look whether an order is recorded; raises as `Client.resolve`."""
        asked = {"actor": str(draft.order["actor"]), "nonce": _nonce(draft)}
        answered = self._asking.find(f"/v1/orders?{urlencode(asked)}")
        if answered.status != NOT_FOUND:
            return self._compare(draft, Stated.of(answered.json(), again=True))
        if answered.size is None:
            raise MismatchError("the registry says that nothing is there, but not as of when")
        never = answered.size > 0 and self._has_expired(draft, answered.size)
        if never and self._journal is not None:
            self._journal.never(draft, answered.size)
        return Unrecorded(size=answered.size, never=never)

    def _post(self, path: str, drafts: Sequence[Draft], media_type: str) -> Answered | RefusedError:
        """Write orders down and send them; a refusal that answers all of them is returned."""
        if self._journal is not None:
            for draft in drafts:
                self._journal.sent(draft)
        body = b"\n".join(draft.envelope() for draft in drafts)
        try:
            return self._asking.post(path, body, media_type)
        except UnknownOutcomeError:
            self._in_doubt.update(_nonce(draft) for draft in drafts)
            raise
        except RefusedError as refused:
            for draft in drafts:
                self._end_refused(draft, refused)
            return refused

    def _line(self, draft: Draft, line: bytes, answered: Answered) -> Receipt | RefusedError:
        value = parse_json(line)
        if not isinstance(value, dict) or "seq" in value:
            return self._compare(draft, Stated.of(value, again=answered.earlier_open))
        if "code" not in value:
            # The registry could not decide this one, and says no more than that.
            return self._alone(draft)
        refused = RefusedError(value, earlier_open=answered.earlier_open)
        self._end_refused(draft, refused)
        return refused

    def _alone(self, draft: Draft) -> Receipt | RefusedError:
        try:
            return self.send(draft, in_doubt=True)
        except RefusedError as refused:
            return refused

    def _end_refused(self, draft: Draft, refused: RefusedError) -> None:
        """Close an order in the journal, unless an attempt of it may still arrive in time."""
        if refused.earlier_open:
            self._in_doubt.add(_nonce(draft))
        refused.earlier_open = _nonce(draft) in self._in_doubt
        expired = refused.code == RefusalCode.ORDER_EXPIRED.value
        if self._journal is not None and (expired or not refused.earlier_open):
            self._journal.refused(draft, refused.code)

    def _compare(self, draft: Draft, stated: Stated) -> Receipt:
        """Fetch the entry and compare it with what was signed; nothing is believed untested."""
        content, entry = self._entry(stated.seq)
        if entry.order_bytes != draft.order_bytes:
            raise MismatchError(f"entry {stated.seq} holds another order than was signed")
        if leaf_hash(content) != stated.leaf_hash:
            raise MismatchError(f"entry {stated.seq} is not the one that was acknowledged")
        self._in_doubt.discard(_nonce(draft))
        if self._journal is not None:
            self._journal.recorded(draft, stated.seq)
        return Receipt(
            seq=stated.seq,
            id=stated.id,
            leaf_hash=stated.leaf_hash,
            entry=content,
            again=stated.again,
        )

    def _has_expired(self, draft: Draft, size: int) -> bool:
        """Say whether the log's time has passed an order: the next entry's is not before it."""
        _, last = self._entry(size - 1)
        valid_until_us = draft.order["valid_until_us"]
        return isinstance(valid_until_us, int) and last.at_us > valid_until_us

    def _entry(self, seq: int) -> tuple[bytes, Entry]:
        content = self._asking.get(f"/v1/entries/{seq}")
        try:
            entry = parse_entry(content)
        except EntryError as error:
            raise MismatchError(f"entry {seq} is no entry: {error}") from error
        if entry.seq != seq:
            raise MismatchError(f"what is given as entry {seq} is entry {entry.seq}")
        return content, entry


def _nonce(draft: Draft) -> str:
    return str(draft.order["nonce"])
