"""Checkpoints by c2sp.org/tlog-checkpoint: the signed size and root of the log.

The log signs under its origin as the key name, with Ed25519 (0x01) and with ML-DSA-44 (0x06).
"""

from collections.abc import Iterable
from typing import Final

from .key import ALG_ED25519, ALG_ML_DSA_44, NoteError, Skey, Vkey, parse_vkey
from .note import parse_note, sign, verify
from .tree_head import SIZE_MAX, Checkpoint, CheckpointError, parse_checkpoint

__all__ = [
    "LOG_ALGORITHMS",
    "SIZE_MAX",
    "Checkpoint",
    "CheckpointError",
    "log_keys",
    "open_checkpoint",
    "parse_checkpoint",
    "sign_checkpoint",
]

LOG_ALGORITHMS: Final = (ALG_ED25519, ALG_ML_DSA_44)
"""A log's own signatures; 0x04 is for cosigners only."""


def log_keys(texts: Iterable[str]) -> tuple[Vkey, ...]:
    """Return those vkeys under which a log's signature can be checked here.

    A log may announce keys of an algorithm that this version does not know; they are left out.
    """
    keys = []
    for text in texts:
        try:
            key = parse_vkey(text)
        except NoteError:
            continue
        if key.alg in LOG_ALGORITHMS:
            keys.append(key)
    return tuple(keys)


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Skey], timestamp: int = 0) -> bytes:
    """Return the signed note of a checkpoint.

    The caller must know that it is consistent with every checkpoint signed before.

    Args:
        checkpoint: What is signed.
        signers: The log's keys, of algorithms 0x01 and 0x06.
        timestamp: POSIX seconds, which the ML-DSA-44 signature states; 0 states none.

    Raises:
        CheckpointError: the checkpoint could not be read back, or a signer's name is not the
            origin, or its algorithm not a log's.
        NoteError: nobody signs, or the timestamp is out of range.
    """
    keys = tuple(signers)
    if parse_checkpoint(checkpoint.to_text()) != checkpoint:
        raise CheckpointError("checkpoint cannot be read back")
    for key in keys:
        _check_key(key.name, key.alg, checkpoint.origin)
    return sign(checkpoint.to_text(), keys, timestamp)


def open_checkpoint(note_bytes: bytes, vkeys: Iterable[Vkey], origin: str) -> Checkpoint:
    """Check a signed checkpoint of the log `origin` and return what it states.

    Args:
        note_bytes: The signed note; lines by other keys, such as witnesses, are ignored.
        vkeys: The log's own keys, from a source that the caller trusts: one line by any of them
            is enough, but none of their lines may be wrong.
        origin: The log that the caller expects.

    Raises:
        NoteError: the note is malformed, not signed by any of `vkeys`, or a line that names one of
            them does not verify.
        CheckpointError: it is no checkpoint, of another log, or one of `vkeys` is no key of it.
    """
    keys = tuple(vkeys)
    for key in keys:
        _check_key(key.name, key.alg, origin)
    note = parse_note(note_bytes)
    verify(note, keys)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise CheckpointError(f"checkpoint is of the log {checkpoint.origin}, not {origin}")
    return checkpoint


def _check_key(name: str, alg: int, origin: str) -> None:
    if name != origin:
        raise CheckpointError(f"key is named {name}, the log {origin}: it signs under that only")
    if alg not in LOG_ALGORITHMS:
        raise CheckpointError(f"algorithm 0x{alg:02x} of {name} is not for a log's own signature")
