"""Making the marks again after they were lost, from what independent witnesses have cosigned."""

from typing import Final

from contracts.lookup import registry as registry_row
from ledger import store
from ledger.files import in_turn, write_atomically
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import Note, NoteError, Vkey, parse_note
from ledger.log.policy import PolicyError, check_policy
from ledger.publish.announced import ever_announced
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
    origin = str(row["origin"])
    with registry.reader.connect() as connection:
        keys = ever_announced(connection)
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
        if standing is not None:
            _check_standing(standing, checkpoint, keys, confirmed=confirmed)
        # If we crash between the two, the higher mark is missing still, and says so.
        write_atomically(path, _own_lines(note, keys), mode=0o600)
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
    # A witness may have two keys, and two lines of the policy: it still counts once.
    behind = {one.name: one.vkey.name for one in policy.witnesses}
    wanted = min(WITNESSES_MIN, len(set(behind.values())))
    cosigned = len({behind[name] for name, _ in verdict.witnesses})
    if cosigned < wanted:
        raise RestoreError(f"{cosigned} witnesses have cosigned it, not {wanted}")


def _check_standing(
    standing: bytes, checkpoint: Checkpoint, keys: tuple[Vkey, ...], *, confirmed: bool
) -> None:
    """A mark is never lowered, and never replaced by another root at its size."""
    try:
        known = open_checkpoint(standing, keys, checkpoint.origin)
    except NoteError as error:
        if not confirmed:
            raise RestoreError(
                f"the standing mark cannot be read ({error}): confirm that no newer checkpoint "
                "was ever signed"
            ) from error
        return
    if known.size > checkpoint.size:
        raise RestoreError("the standing mark knows more entries; it is never lowered")
    if known.size == checkpoint.size and known.root != checkpoint.root:
        raise RestoreError("the standing mark has another root at that size")


def _own_lines(note: bytes, keys: tuple[Vkey, ...]) -> bytes:
    """Return the note as the log signed it, without what others have added."""
    parsed = parse_note(note)
    own = {(key.name, key.key_id) for key in keys}
    lines = tuple(one for one in parsed.signatures if (one.name, one.key_id) in own)
    return Note(parsed.text, lines).to_bytes()
