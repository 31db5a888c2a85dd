"""Evidence that a log contradicts itself: two notes that it signed, kept side by side.

    <folder>/<hex SHA-256 of the origin>/<first 32 hex digits of the offered text's SHA-256>/
        held.note      what this witness or mirror had cosigned
        offered.note   what the log signed and showed afterwards
        what.json      what is wrong with the two, for people

Both notes carry the log's own signatures, so anybody can check them without trusting the keeper.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ledger.files import write_atomically
from ledger.log.note import parse_note
from ledger.log.witness_wire import origin_hash

HELD_FILE = "held.note"
OFFERED_FILE = "offered.note"
FACTS_FILE = "what.json"


def keep_evidence(
    folder: Path, held: bytes, offered: bytes, facts: Mapping[str, str | int | None]
) -> Path:
    """Keep two notes of one log, and what is wrong with them; return their folder.

    The same offered text is kept once, with the facts of the first time: a log that repeats itself
    fills no disk. `what.json` is written last, so a folder that has it is whole; if we crash
    before, the next time writes all again.
    """
    text = parse_note(offered).text
    name = sha256(text.encode()).hexdigest()[:32]
    place = folder / origin_hash(text.split("\n", 1)[0]) / name
    if (place / FACTS_FILE).exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    write_atomically(place / HELD_FILE, held)
    write_atomically(place / OFFERED_FILE, offered)
    content = json.dumps(dict(facts), ensure_ascii=False, indent=2, sort_keys=True)
    write_atomically(place / FACTS_FILE, f"{content}\n".encode())
    return place


def kept_evidence(folder: Path) -> tuple[Path, ...]:
    """Return the folders of all whole pieces of evidence, sorted."""
    return tuple(sorted(path.parent for path in folder.glob(f"*/*/{FACTS_FILE}")))
