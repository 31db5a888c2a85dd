"""The lines under a signed note: — <key name> base64(key ID || signature).

Witnesses answer with such lines alone (c2sp.org/tlog-witness).
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from .key import KEY_ID_SIZE, NoteError, decode_base64

_LINE: Final = re.compile(r"— ([^\s\x00-\x1f+]+) ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who claims to have signed, by which key, and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def to_line(self) -> str:
        """Return the line with its newline."""
        return f"— {self.name} {b64encode(self.key_id + self.signature).decode()}\n"


def parse_line(line: str) -> NoteSignature:
    """Read a signature line, which comes without its newline.

    Raises:
        NoteError: another form, base64 in another spelling, or no signature after the key ID.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise NoteError("malformed signature line")
    data = decode_base64(found[2])
    if len(data) <= KEY_ID_SIZE:
        raise NoteError("signature line without a signature")
    return NoteSignature(found[1], data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])
