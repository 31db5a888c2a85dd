"""The mark outside the database: how large the ledger was, and its root at that size.

It is raised after each commit, and compared when the registry is opened. If we crash between the
commit and the raising, the mark is lower than it could be, which refuses nothing that is right: a
ledger may always be larger than its mark, and its root at the mark's size still has to fit.
"""

from dataclasses import dataclass
from pathlib import Path

from ledger.files import in_turn, write_atomically
from ledger.log.canonical import Json, NotCanonicalError, canonical, parse_canonical


class HighWaterError(Exception):
    """The mark cannot be read. Restore it from a copy, or ask those who mirror the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HighWater:
    """The largest size seen committed, and the Merkle root at that size."""

    origin: str
    size: int
    root: bytes


def read_mark(path: Path) -> HighWater | None:
    """Return the mark, or nothing if there never was one.

    Raises:
        HighWaterError: the file is damaged.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        value = parse_canonical(content)
        if not isinstance(value, dict) or set(value) != {"origin", "root", "size"}:
            raise HighWaterError(f"{path} does not hold a mark")
        return HighWater(
            origin=str(value["origin"]),
            size=int(str(value["size"])),
            root=bytes.fromhex(str(value["root"])),
        )
    except (NotCanonicalError, ValueError) as error:
        raise HighWaterError(f"{path} is damaged: {error}") from error


def raise_mark(path: Path, mark: HighWater) -> None:
    """Write the mark unless a higher one is there; processes take turns by a lock file.

    Raises:
        HighWaterError: the file is damaged.
    """
    with in_turn(path):
        standing = read_mark(path)
        if standing is None or standing.size < mark.size:
            content: dict[str, Json] = {
                "origin": mark.origin,
                "root": mark.root.hex(),
                "size": mark.size,
            }
            write_atomically(path, canonical(content))
