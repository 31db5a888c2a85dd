"""Checkpoints by c2sp.org/tlog-checkpoint: the signed size and root of the log.

    <origin>, newline, <size in decimal>, newline, <root in base64>, newline

Extension lines are refused: cosignatures do not cover them, and witnesses refuse them too. The
log signs under its origin as the key name.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .key import NoteError, Skey, Vkey, decode_base64
from .merkle import EMPTY_ROOT, HASH_SIZE
from .note import parse_note, sign, verify

SIZE_MAX: Final = 2**63 - 1

_TEXT: Final = re.compile(r"([^\s+]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


class CheckpointError(NoteError):
    """A checkpoint's text is malformed, or is of another log than expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log `origin` had `size` entries, and this root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text.

    Raises:
        CheckpointError: other than three lines, an origin with a space or plus, a size with a
            leading zero or beyond 2^63 - 1, a root that is not 32 bytes in canonical base64, size
            0 with another root than the empty tree's.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise CheckpointError("checkpoint is not origin, size and root on three lines")
    try:
        root = decode_base64(found[3])
    except NoteError as error:
        raise CheckpointError(f"checkpoint root: {error}") from error
    size = int(found[2])
    if size > SIZE_MAX or len(root) != HASH_SIZE:
        raise CheckpointError("checkpoint size or root out of range")
    if size == 0 and root != EMPTY_ROOT:
        raise CheckpointError("checkpoint of size 0 has another root than the empty tree")
    return Checkpoint(origin=found[1], size=size, root=root)


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[Skey]) -> bytes:
    """Return the signed note of a checkpoint.

    The caller must know that it is consistent with every checkpoint signed before.

    Raises:
        CheckpointError: the checkpoint could not be read back, or a signer's name is not the
            origin.
        NoteError: nobody signs.
    """
    keys = tuple(signers)
    if parse_checkpoint(checkpoint.to_text()) != checkpoint:
        raise CheckpointError("checkpoint cannot be read back")
    if any(key.name != checkpoint.origin for key in keys):
        raise CheckpointError("the log signs under its origin only")
    return sign(checkpoint.to_text(), keys)


def open_checkpoint(note_bytes: bytes, vkey: Vkey, origin: str) -> Checkpoint:
    """Check a signed checkpoint of the log `origin` and return what it states.

    Args:
        note_bytes: The signed note; lines by other keys, such as witnesses, are ignored.
        vkey: The log's own key (`parse_vkey(text)`), from a source that the caller trusts.
        origin: The log that the caller expects.

    Raises:
        NoteError: the note is malformed or not signed by `vkey`.
        CheckpointError: it is no checkpoint, of another log, or `vkey` has another name.
    """
    if vkey.name != origin:
        raise CheckpointError(f"key is named {vkey.name}, the log {origin}")
    note = parse_note(note_bytes)
    verify(note, (vkey,))
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise CheckpointError(f"checkpoint is of the log {checkpoint.origin}, not {origin}")
    return checkpoint
