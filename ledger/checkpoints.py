"""Publishing: the log's signed size and root, which anyone may compare with what they were told.

The signer refuses a smaller size, another root at a size that it signed before, and a tree that
does not continue the one it signed last. The mark is raised before anything is signed, so that a
restored older copy can never be signed as well.
"""

from pathlib import Path
from typing import Final

from contracts.lookup import list_of
from contracts.lookup import registry as registry_row
from ledger import high_water, store
from ledger.files import in_turn, write_atomically
from ledger.high_water import HighWater
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.merkle import ProofError, verify_consistency
from ledger.log.note import NoteError, Skey, parse_skey
from ledger.registry import CHECKPOINT_FILE, Registry
from ledger.store import Head, TamperedError

KEY_FILE: Final = "log.skey"


class PublishError(Exception):
    """The log cannot be signed as it stands; the text says why. Nothing was published."""


def publish(registry: Registry) -> bytes:
    """Sign the head and publish it; return the signed note.

    A head that was published already is answered with the note of that time.

    Raises:
        Refused: `REGISTRY_NOT_OPEN`.
        PublishError: read-only, no fitting key, or a log that does not continue what was signed.
        TamperedError: the root cannot be recomputed from what is stored.
    """
    if registry.read_only_reason is not None:
        raise PublishError(registry.read_only_reason)
    path = registry.settings.log / CHECKPOINT_FILE
    with in_turn(path):
        head = registry.head()
        checkpoint = Checkpoint(
            origin=str(registry_row(registry.books())["origin"]), size=head.size, root=head.root
        )
        _check_root(registry, head)
        key = _read_key(registry, checkpoint.origin)
        published = path.read_bytes() if path.exists() else None
        if published is not None and _continues(registry, published, key, checkpoint):
            # Its time says that the log was compared again now; the note itself never changes.
            path.touch()
            return published
        _raise_mark(registry, checkpoint)
        note = sign_checkpoint(checkpoint, [key])
        # If we crash before the rename, the old checkpoint stands and the next run signs again
        # the same text: Ed25519 signatures are deterministic, so no second note comes to be.
        write_atomically(path, note)
        return note


def _check_root(registry: Registry, head: Head) -> None:
    """Compute the root a second way: from the stored hashes, not from the tree's kept edge."""
    if registry.root(head.size) != head.root:
        raise TamperedError("the root from stored hashes is not that of the head")


def _read_key(registry: Registry, origin: str) -> Skey:
    path: Path = registry.settings.keys / KEY_FILE
    try:
        key = parse_skey(path.read_text(encoding="utf-8"))
    except (OSError, NoteError, UnicodeDecodeError) as error:
        raise PublishError(f"{path} holds no key of the log: {error}") from error
    if key.name != origin:
        raise PublishError(f"{path} is a key of {key.name}, the log is {origin}")
    if key.vkey.to_text() not in list_of(registry_row(registry.books()), "log_vkeys"):
        raise PublishError(f"{path} is not one of the keys that entry 0 names")
    return key


def _continues(registry: Registry, published: bytes, key: Skey, new: Checkpoint) -> bool:
    """Check that the log continues what was published; say whether it is the very same."""
    try:
        old = open_checkpoint(published, (key.vkey,), new.origin)
        if old.size > new.size:
            raise PublishError(f"{old.size} entries were signed, now there are {new.size}")
        path = registry.consistency(old.size, new.size)
        verify_consistency(old.size, new.size, path, old.root, new.root)
    except (NoteError, ProofError) as error:
        raise PublishError(f"the log does not continue what was published: {error}") from error
    return old == new


def _raise_mark(registry: Registry, new: Checkpoint) -> None:
    path = registry.settings.high_water
    mark = high_water.read_mark(path)
    if mark is not None:
        with registry.reader.connect() as connection:
            known = mark.size <= new.size and store.root_at(connection, mark.size) == mark.root
        if not known:
            raise PublishError(f"the log is not the one whose {mark.size} entries were marked")
    high_water.raise_mark(path, HighWater(origin=new.origin, size=new.size, root=new.root))
