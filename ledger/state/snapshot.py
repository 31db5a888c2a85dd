"""Snapshots: the whole state after some entry, as one file that its own root names.

    {"root","through"}                 first line
    {"key","value"}                    every row and block, by key

The file's keys and values hash to the state root that the log commits, so an auditor may begin
there instead of at entry 0. Of entries before it the auditor then knows that the log holds them,
not that the rules allowed them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from contracts.books import BlocksError, MemoryBooks
from contracts.values import ISSUE, Json, Movement, Row
from ledger.log.canonical import NotCanonicalError, canonical, parse_canonical
from ledger.log.form import EntryError, read_bytes, read_integer, read_object, read_text
from ledger.log.state_tree import StateTreeError, TreeHasher
from ledger.state.fold import BLOCK_PREFIX
from ledger.state.store import StateStore
from ledger.state.view import view_of

SUFFIX: Final = ".state.jsonl"
LINE_BYTES_MAX: Final = 65_535


class SnapshotError(ValueError):
    """A file is no snapshot, or not of the root that it claims; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotHead:
    """Which state a snapshot holds: after which entry, under which root."""

    through: int
    root: bytes


def write_snapshot(store: StateStore, folder: Path) -> Path:
    """Write the state as it stands; return the file, which appears only when it is complete.

    Raises:
        StateDamagedError: the state at hand does not hash to its own root.
        OSError: the disk failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with view_of(store) as view:
        path = folder / f"{view.head.root.hex()}{SUFFIX}"
        unfinished = path.with_name(path.name + ".part")
        hasher = TreeHasher.empty()
        with unfinished.open("wb") as file:
            head: dict[str, Json] = {"root": view.head.root.hex(), "through": view.head.through}
            file.write(canonical(head) + b"\n")
            for key, text in view.under(""):
                hasher.add(key.encode(), sha256(text.encode()).digest())
                file.write(b'{"key":%b,"value":%b}\n' % (canonical(key), text.encode()))
        if hasher.root() != view.head.root:
            unfinished.unlink()
            raise SnapshotError("the state does not hash to its root; run: sinkledger state check")
    unfinished.replace(path)
    return path


def read_snapshot(path: Path) -> tuple[SnapshotHead, MemoryBooks]:
    """Read a snapshot and check that it hashes to the root that it names.

    Whether the log commits that root is for the caller to say.

    Raises:
        SnapshotError: it is no snapshot, or its keys and values have another root.
        OSError: it cannot be read.
    """
    books, hasher = MemoryBooks(), TreeHasher.empty()
    with path.open("rb") as file:
        try:
            lines = _lines(file)
            head = _read_head(next(lines, {}))
            for line in lines:
                key, value = _read_line(line)
                hasher.add(key.encode(), sha256(canonical(value)).digest())
                _put(books, key, value)
        except (BlocksError, EntryError, NotCanonicalError, StateTreeError) as error:
            raise SnapshotError(f"{path.name}: {error}") from error
    if hasher.root() != head.root:
        raise SnapshotError(f"{path.name}: its lines have the root {hasher.root().hex()}")
    return head, books


def _lines(file: BinaryIO) -> Iterator[dict[str, Json]]:
    while line := file.readline(LINE_BYTES_MAX + 2):
        value = parse_canonical(line.removesuffix(b"\n"), size_max=LINE_BYTES_MAX)
        if not isinstance(value, dict):
            raise EntryError("a line is no object")
        yield value


def _read_head(line: dict[str, Json]) -> SnapshotHead:
    fields = read_object(line, {"root", "through"}, "first line")
    return SnapshotHead(
        through=read_integer(fields["through"], "through"),
        root=read_bytes(fields["root"], "root", size_min=32, size_max=32),
    )


def _read_line(line: dict[str, Json]) -> tuple[str, dict[str, Json]]:
    fields = read_object(line, {"key", "value"}, "line")
    value = fields["value"]
    if not isinstance(value, dict):
        raise EntryError("a value is no object")
    return read_text(fields["key"], "key"), value


def _put(books: MemoryBooks, key: str, value: dict[str, Json]) -> None:
    if not key.startswith(BLOCK_PREFIX):
        books.apply([], [Row(key, value)])
        return
    batch, _, first = key.removeprefix(BLOCK_PREFIX).rpartition("/")
    if not first.isdecimal():
        raise EntryError(f"{key}: no number")
    end, place = read_integer(value.get("end"), "end"), read_text(value.get("place"), "place")
    if end <= int(first):
        raise EntryError(f"{key}: an empty block")
    books.apply([Movement(batch, int(first), end, ISSUE, place)], [])
