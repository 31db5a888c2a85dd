"""The log that a registry goes on from: its last checkpoint, held by entry 0 of the new log.

The rule reads the checkpoint's three lines and keeps its digest; it checks no signature, because
which keys to trust for the old log is for each reader to say.

Source: C2SP, tlog-checkpoint (origin, size, root in base64) and signed-note (signature lines).

Example:
    "old.example/log", "901", 44 characters of base64, an empty line and a line that begins with
    a dash: the row registry names old.example/log, 901, and the root in hex.
"""

import re
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from contracts.form import Form
from contracts.orders import ORIGIN
from contracts.values import Json

CHARACTERS_MAX: Final = 24_000
NOTE: Final = re.compile(
    rf"(?=[\s\S]{{1,{CHARACTERS_MAX}}}\Z)(?P<origin>{ORIGIN.pattern})\n(?P<size>[1-9][0-9]{{0,14}})\n"
    r"(?P<root>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)\n\n(?:— [^\n ]+ [A-Za-z0-9+/]+={0,2}\n)+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """The last checkpoint of another log: origin, entries, root, and the whole note's digest."""

    origin: str
    size: int
    root: str
    checkpoint_sha256: str

    def to_json(self) -> dict[str, Json]:
        """Return what the row `registry` keeps."""
        return {
            "checkpoint_sha256": self.checkpoint_sha256,
            "origin": self.origin,
            "root": self.root,
            "size": self.size,
        }


def read_predecessor(form: Form) -> Predecessor | None:
    """Read {"checkpoint": signed note} under `predecessor`, if there is one.

    Raises:
        Refused: class 1; `FIELD_FORMAT` when the text is no signed checkpoint.
    """
    if not form.has("predecessor"):
        return None
    inner = form.form("predecessor")
    note = inner.text("checkpoint", NOTE)
    inner.done()
    found = NOTE.fullmatch(note)
    lines = found.groupdict() if found else {}
    return Predecessor(
        origin=lines["origin"],
        size=int(lines["size"]),
        root=b64decode(lines["root"]).hex(),
        checkpoint_sha256=sha256(note.encode()).hexdigest(),
    )
