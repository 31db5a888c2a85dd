"""The published checkpoint as pages speak of it: how far it reaches, how old, what it proves."""

from dataclasses import dataclass
from typing import Final

from contracts.lookup import text_of, texts_of
from contracts.values import Value
from ledger.log.checkpoint import Checkpoint, log_keys, open_checkpoint
from ledger.log.entry import Entry
from ledger.log.key import Vkey
from ledger.log.policy import Policy
from ledger.log.proof import TlogProof, verify_entry
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.registry import Registry

HOUR_US: Final = 3_600 * 1_000_000
AHEAD_US_MAX: Final = 300 * 1_000_000
"""A file from the future is no fresh file; five minutes are two machines' clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The checkpoint that stands published.

    Attributes:
        note: Its bytes, as signed.
        checkpoint: What they state; the signature holds under one of the log's keys.
        vkeys: The log's keys, as the registry's row names them.
        at_us: When this machine last published it, microseconds UTC.
    """

    note: bytes
    checkpoint: Checkpoint
    vkeys: tuple[Vkey, ...]
    at_us: int

    @property
    def size(self) -> int:
        """How many entries it covers."""
        return self.checkpoint.size

    def is_fresh(self, now_us: int, hours_max: int) -> bool:
        """Say whether it was published within the last hours."""
        return -AHEAD_US_MAX <= now_us - self.at_us <= hours_max * HOUR_US


def published(registry: Registry, row: Value) -> Published | None:
    """Return the published checkpoint with its signature checked; nothing before the first.

    Args:
        registry: Whose checkpoint.
        row: The registry's own row, which names the log's keys.

    Raises:
        NoteError: what is published is not signed by a key of this log.
    """
    path = registry.settings.log / CHECKPOINT_PATH
    if not path.exists():
        return None
    # The time is read first: should a new checkpoint come in between, it only looks older.
    at_us = path.stat().st_mtime_ns // 1000
    note = path.read_bytes()
    vkeys = log_keys(texts_of(row, "log_vkeys"))
    checkpoint = open_checkpoint(note, vkeys, text_of(row, "origin"))
    return Published(note=note, checkpoint=checkpoint, vkeys=vkeys, at_us=at_us)


def check_covered(registry: Registry, published: Published, entry: Entry) -> bool:
    """Prove that an entry is in the published tree; false if the checkpoint is older than it.

    Raises:
        ProofError: the path does not lead to the signed root: the log or the checkpoint is damaged.
    """
    if published.size <= entry.seq:
        return False
    path = registry.proof(entry.seq, published.size)
    proof = TlogProof(index=entry.seq, path=path, checkpoint=published.note)
    verify_entry(proof, entry.content, policy=Policy.of_keys(published.vkeys))
    return True
