"""Making the marks again after they were lost, from what independent witnesses have cosigned."""

from typing import Final

from contracts.lookup import registry as registry_row
from ledger import store
from ledger.files import in_turn, write_atomically
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import Note, NoteError, parse_note
from ledger.log.policy import PolicyError, check_policy
from ledger.publish.published import announced
from ledger.publish.quorum import read_policy
from ledger.publish.signer import MARK_FILE, read_signer_mark
from ledger.registry import Registry

WITNESSES_MIN: Final = 2


class RestoreError(Exception):
    """The marks are not made again; the text says why."""


def restore_marks(registry: Registry, note: bytes, *, confirmed: bool = False) -> Checkpoint:
    """Write `SIGNER_MARK` from a checkpoint, and `HIGH_WATER` from the ledger that continues it.

    Args:
        registry: The registry, read-only or not.
        note: A signed checkpoint, the newest that anybody has.
        confirmed: Where no witness is named in the policy: the operator says that no newer
            checkpoint was ever signed.

    Raises:
        Refused: `REGISTRY_NOT_OPEN`.
        RestoreError: it is not this log's; too few witnesses have cosigned it; the ledger does not
            continue it; the standing mark knows more.
    """
    row = registry_row(registry.books())
    keys, origin = announced(row), str(row["origin"])
    try:
        checkpoint = open_checkpoint(note, keys, origin)
    except NoteError as error:
        raise RestoreError(f"not a checkpoint of this log: {error}") from error
    _check_witnessed(registry, note, confirmed=confirmed)
    with registry.reader.connect() as connection:
        size = store.read_head(connection).size
        if size < checkpoint.size or (
            store.root_at(connection, checkpoint.size) != checkpoint.root
        ):
            raise RestoreError(f"this ledger does not continue its {checkpoint.size} entries")
    path = registry.settings.keys / MARK_FILE
    with in_turn(path):
        standing = read_signer_mark(registry.settings.keys)
        if standing is not None and _size(standing, registry) > checkpoint.size:
            raise RestoreError("the standing mark knows more entries; it is never lowered")
        # If we crash between the two, the higher mark is missing still, and says so.
        write_atomically(path, _own_lines(note, registry), mode=0o600)
    registry.raise_mark()
    return checkpoint


def _check_witnessed(registry: Registry, note: bytes, *, confirmed: bool) -> None:
    try:
        policy = read_policy(registry.settings)
        verdict = None if policy is None else check_policy(policy, note)
    except PolicyError as error:
        raise RestoreError(f"the policy is not met: {error}") from error
    if policy is None or verdict is None or not policy.witnesses:
        if not confirmed:
            raise RestoreError(
                "no witness stands in the policy: confirm that no newer checkpoint was ever signed"
            )
        return
    wanted = min(WITNESSES_MIN, len(policy.witnesses))
    if len(verdict.witnesses) < wanted:
        raise RestoreError(f"{len(verdict.witnesses)} witnesses have cosigned it, not {wanted}")


def _size(note: bytes, registry: Registry) -> int:
    row = registry_row(registry.books())
    try:
        return open_checkpoint(note, announced(row), str(row["origin"])).size
    except NoteError:
        return 0  # a damaged mark says nothing


def _own_lines(note: bytes, registry: Registry) -> bytes:
    """Return the note as the log signed it, without what others have added."""
    parsed = parse_note(note)
    own = {(key.name, key.key_id) for key in announced(registry_row(registry.books()))}
    lines = tuple(one for one in parsed.signatures if (one.name, one.key_id) in own)
    return Note(parsed.text, lines).to_bytes()
