"""What a checkpoint states before anyone has signed it: which log, how many entries, which root.

    <origin>, newline, <size in decimal>, newline, <root in base64>, newline

Extension lines are refused: cosignatures do not cover them, and witnesses refuse them too.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from .key import NoteError, decode_base64
from .merkle import EMPTY_ROOT, HASH_SIZE

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
        CheckpointError: what `read_tree_head` refuses, or size 0 with another root than the empty
            tree's.
    """
    checkpoint = read_tree_head(text)
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise CheckpointError("checkpoint of size 0 has another root than the empty tree")
    return checkpoint


def read_tree_head(text: str) -> Checkpoint:
    """Read a checkpoint's text, even one whose size 0 contradicts its root.

    A witness needs this, since it answers such a checkpoint otherwise than a malformed one.

    Raises:
        CheckpointError: other than three lines, an origin with a space or plus, a size with a
            leading zero or beyond 2^63 - 1, a root that is not 32 bytes in canonical base64.
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
    return Checkpoint(origin=found[1], size=size, root=root)
