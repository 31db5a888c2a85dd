"""What a log and a witness say to each other, by c2sp.org/tlog-witness.

    old <size>, newline, <base64 hash>, newline (0 to 63 times), newline, <signed checkpoint>

asks a witness to cosign; it answers with signature lines, or with the size that it knows and a
newline if the old size is another.
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from .key import NoteError, Vkey, decode_base64
from .merkle import HASH_SIZE
from .note import NOTE_SIZE_MAX, SIGNATURES_MAX, Note, parse_note, verify
from .note_line import NoteSignature, parse_line
from .tree_head import SIZE_MAX

PATH_MAX: Final = 63
REQUEST_SIZE_MAX: Final = NOTE_SIZE_MAX + 4_096
SIZE_TYPE: Final = "text/x.tlog.size"
"""Content type of the answer 409 that names the witness's size."""

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


class WireError(ValueError):
    """A request or answer of another form than the protocol's; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A request to cosign.

    Attributes:
        old_size: The size that the witness is thought to have cosigned last; 0 if none.
        path: The consistency proof from there; empty if `old_size` is 0.
        checkpoint: The signed note's bytes.
    """

    old_size: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """Return the request's body."""
        lines = [f"old {self.old_size}", *(b64encode(part).decode() for part in self.path), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "AddCheckpoint":
        """Read a body's form; the checkpoint in it is for `note.parse_note` to read.

        Raises:
            WireError: too long, another first line, more than 63 hashes, or no checkpoint.
        """
        head, empty_line, checkpoint = data.partition(b"\n\n")
        if len(data) > REQUEST_SIZE_MAX or not empty_line or not checkpoint:
            raise WireError("too long, or without a checkpoint")
        try:
            first, *lines = head.decode("ascii").split("\n")
            path = tuple(decode_base64(line) for line in lines[: PATH_MAX + 1])
        except (UnicodeDecodeError, NoteError) as error:
            raise WireError(f"malformed line: {error}") from error
        found = _OLD.fullmatch(first)
        if found is None or int(found[1]) > SIZE_MAX:
            raise WireError("does not begin with the old size")
        if len(lines) > PATH_MAX or any(len(part) != HASH_SIZE for part in path):
            raise WireError(f"more than {PATH_MAX} hashes, or one that is not {HASH_SIZE} bytes")
        return cls(old_size=int(found[1]), path=path, checkpoint=checkpoint)


def format_lines(signatures: Iterable[NoteSignature]) -> bytes:
    """Return signature lines as a witness sends them."""
    return "".join(one.to_line() for one in signatures).encode()


def parse_lines(data: bytes) -> tuple[NoteSignature, ...]:
    """Read signature lines as a witness sends them; none at all is for the caller to judge.

    Raises:
        WireError: too long, not UTF-8, more than 100 lines, or a malformed one.
    """
    if not data:
        return ()
    if len(data) > NOTE_SIZE_MAX or not data.endswith(b"\n"):
        raise WireError("too long, or does not end in a newline")
    try:
        lines = data[:-1].decode().split("\n", SIGNATURES_MAX)
        if len(lines) > SIGNATURES_MAX:
            raise WireError(f"more than {SIGNATURES_MAX} signature lines")
        return tuple(parse_line(line) for line in lines)
    except (UnicodeDecodeError, NoteError) as error:
        raise WireError(f"no signature lines: {error}") from error


def accepted_lines(
    checkpoint: bytes, lines: Iterable[NoteSignature], vkeys: Iterable[Vkey]
) -> tuple[NoteSignature, ...]:
    """Return those lines of a witness's answer that cosign this checkpoint under these keys.

    Args:
        checkpoint: The signed note that the witness was asked to cosign.
        lines: Its answer; lines of other keys are left out.
        vkeys: The witness's keys.

    Raises:
        NoteError: no line holds under any of the keys, one of their lines fails, or states no
            time.
    """
    note, known = parse_note(checkpoint), tuple(vkeys)
    of_keys = {(vkey.name, vkey.key_id) for vkey in known}
    named = tuple(one for one in lines if (one.name, one.key_id) in of_keys)
    verified = verify(Note(note.text, named), known)
    if not all(one.timestamp for one in verified):
        raise NoteError("a witness states no time")
    return named


def format_size(size: int) -> bytes:
    """Return the body of the answer 409."""
    return b"%d\n" % size


def parse_size(data: bytes) -> int:
    """Read the size in an answer 409.

    Raises:
        WireError: anything but a decimal number and a newline.
    """
    found = _SIZE.fullmatch(data)
    if found is None or int(found[1]) > SIZE_MAX:
        raise WireError("not a size and a newline")
    return int(found[1])


def origin_hash(origin: str) -> str:
    """Return a log's name in the paths of witnesses and mirrors: <prefix>/<this>/checkpoint."""
    return sha256(origin.encode()).hexdigest()
