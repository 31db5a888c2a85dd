"""What a message says: public facts of one entry, enough to look the entry up by."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from contracts.check_digits import encode_id
from contracts.values import Json
from ledger.log.canonical import canonical
from ledger.log.entry import Entry
from ledger.log.note import parse_note
from ledger.log.tree_head import Checkpoint, parse_checkpoint
from ledger.outbox.subscribers import Subscriber
from ledger.registry import Registry

_DOMAIN: Final = "/webhook/v1\n"
_ACCOUNT: Final = "acct/"
ID_CHARACTERS: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message: its name, which stays the same however often it is sent, and its body."""

    name: str
    body: bytes


def published(registry: Registry) -> Checkpoint | None:
    """Return the checkpoint that was published last."""
    note = registry.checkpoint()
    return None if note is None else parse_checkpoint(parse_note(note).text)


def accounts_of(entry: Entry) -> tuple[str, ...]:
    """Return the accounts that an entry names: its actor's, those of its movements and rows."""
    named = [str(entry.order["actor"])]
    for movement in entry.movements:
        named += [str(movement["from"]), str(movement["to"])]
    named += [str(row["key"]) for row in entry.rows]
    found = {one.removeprefix(_ACCOUNT) for one in named if one.startswith(_ACCOUNT)}
    return tuple(sorted(found))


def message_of(
    origin: str, subscriber: Subscriber, entry: Entry, checkpoint: Checkpoint | None
) -> Message:
    """Return the message that tells a subscriber of an entry.

    Its name follows from log, subscriber, moment and entry, so that a receiver knows a message
    that comes twice, also after the registry was restored.
    """
    covering: Json = None
    if subscriber.moment == "final" and checkpoint is not None:
        covering = {"root": checkpoint.root.hex(), "size": checkpoint.size}
    happened = datetime.fromtimestamp(entry.at_us / 1_000_000, tz=UTC)
    body = canonical(
        {
            "data": {
                "accounts": list(accounts_of(entry)),
                "checkpoint": covering,
                "id": encode_id(entry.seq),
                "kind": str(entry.order["kind"]),
                "leaf_hash": entry.leaf_hash.hex(),
                "log": origin,
                "seq": entry.seq,
            },
            "timestamp": happened.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "type": f"entry.{subscriber.moment}",
        }
    )
    words = f"{origin}{_DOMAIN}{subscriber.name}\n{subscriber.moment}\n{entry.seq}"
    digest = base64.b32encode(sha256(words.encode()).digest()).decode().lower()
    return Message(name=f"msg_{digest[:ID_CHARACTERS]}", body=body)
