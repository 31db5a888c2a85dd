"""The second copy: every entry is on another disk before whoever asked for it is answered.

    SECOND_COPY/entries.jsonl    one entry a line, entry 0 first: what `sinkledger export` writes

The ledger's own disk may then be lost, with all that was never published, and nothing that was
acknowledged is: `sinkledger import` takes the file in. The mark is raised only after the copy is
durable, so what lies before it is whole. If we crash within an append, what lies after it may be
anything; nobody was told of it, and the next start cuts it off and appends it anew.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from ledger import files, store
from ledger.files import in_turn, sync_folder
from ledger.log.entry import ENTRY_SIZE_MAX
from ledger.log.merkle import leaf_hash

FILE: Final = "entries.jsonl"
PAGE_ROWS: Final = 1_000
_TAIL_BYTES: Final = 2 * (ENTRY_SIZE_MAX + 1)
"""The last whole line and a piece of a next one lie within so many bytes of the end."""


class SecondCopyError(Exception):
    """The second copy is not of this ledger, or damaged: nothing is acknowledged beside it."""


def extend(reader: Engine, folder: Path) -> None:
    """Append what the ledger has and the copy has not, durable when this returns.

    Raises:
        SecondCopyError: the copy does not continue to what the ledger holds.
        OSError: the copy's disk failed. What was to be answered is recorded all the same, and
            asking again appends it.
    """
    path = folder / FILE
    with in_turn(path), reader.connect() as connection:
        total = store.read_head(connection).size
        if not path.exists():
            _write_whole(connection, path, total)
            return
        descriptor = os.open(path, os.O_RDWR)
        try:
            size, last, end = _end(descriptor, path)
            if fault := _disagreement(connection, size, last, total):
                raise SecondCopyError(fault)
            if size < total:
                _append(connection, descriptor, path, range(size, total), end)
        finally:
            os.close(descriptor)


def _append(connection: Connection, descriptor: int, path: Path, seqs: range, end: int) -> None:
    """Write these entries behind the byte `end`, and make them durable."""
    try:
        if os.fstat(descriptor).st_size > end:
            files.disk.cut(descriptor, end, path)
        _write(connection, descriptor, path, seqs, end)
        files.disk.sync(descriptor, path)
    except OSError:
        # After a failed sync the kernel may show what it never wrote: it must be written again.
        with suppress(OSError):
            files.disk.cut(descriptor, end, path)
        raise


def _write(connection: Connection, descriptor: int, path: Path, seqs: range, offset: int) -> None:
    for first in seqs[::PAGE_ROWS]:
        page = store.read(connection, first, min(first + PAGE_ROWS, seqs.stop))
        content = b"".join(entry + b"\n" for entry in page)
        files.disk.append(descriptor, content, offset, path)
        offset += len(content)


def _write_whole(connection: Connection, path: Path, total: int) -> None:
    """Write the copy anew; it has its name only once it is durable."""
    temporary = path.with_name(f".{FILE}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write(connection, descriptor, temporary, range(total), 0)
        files.disk.sync(descriptor, temporary)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    files.disk.rename(temporary, path)
    sync_folder(path.parent)


def begin(connection: Connection, folder: Path, marked: int) -> str | None:
    """Make the copy fit at start; return why the ledger must not grow beside it, or nothing.

    Args:
        connection: Of the writer, which holds the lock.
        folder: Where the copy is.
        marked: The mark's size, no more than the ledger's: so many entries are whole.

    Raises:
        OSError: the copy's disk failed.
    """
    path = folder / FILE
    with in_turn(path):
        total = store.read_head(connection).size
        if path.exists():
            descriptor = os.open(path, os.O_RDWR)
            try:
                return _mend(connection, descriptor, path, range(marked, total))
            except SecondCopyError as error:
                return str(error)
            finally:
                os.close(descriptor)
        _write_whole(connection, path, total)
    return None


def _mend(connection: Connection, descriptor: int, path: Path, doubtful: range) -> str | None:
    """Keep what is whole of the entries that the mark does not vouch for, and cut off the rest."""
    marked, total = doubtful.start, doubtful.stop
    end = _end_of(connection, descriptor, marked)
    if end is None:
        # Not written while the setting was off; or damaged, or of another ledger.
        size, last, _ = _end(descriptor, path)
        fault = _disagreement(connection, size, last, total)
        if fault is None:
            _write_whole(connection, path, total)
        return fault
    before = next(iter(store.read(connection, marked - 1, marked))) if marked else None
    stored = store.read(connection, marked, total)
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(end)
        while line := file.readline(ENTRY_SIZE_MAX + 2):
            expected = next(stored, None)
            if expected is None or line != expected + b"\n":
                if _continues(line, before):
                    return "The second copy holds other entries than this ledger, or more: " + _HINT
                files.disk.cut(descriptor, end, path)
                break
            before, end = expected, end + len(line)
    files.disk.sync(descriptor, path)
    return None


def _end_of(connection: Connection, descriptor: int, size: int) -> int | None:
    """Return where the line of the last of `size` entries ends, sought from the end."""
    if size == 0:
        return 0
    line = next(iter(store.read(connection, size - 1, size))) + b"\n"
    length, window = os.fstat(descriptor).st_size, 2 * _TAIL_BYTES
    while True:
        start = max(0, length - window)
        found = os.pread(descriptor, length - start, start).rfind(line)
        if found >= 0:
            return start + found + len(line)
        if start == 0:
            return None
        window *= 4


def _continues(line: bytes, before: bytes | None) -> bool:
    """Say whether a line is an entry that follows another, and no piece of a torn write."""
    try:
        prev = bytes.fromhex(json.loads(line)["prev"])
    except (ValueError, KeyError, TypeError):
        return False
    return before is None or prev == leaf_hash(before)


def _disagreement(connection: Connection, size: int, last: bytes | None, total: int) -> str | None:
    if size > total:
        return f"The second copy holds {size} entries, this ledger {total}: " + _HINT
    if last is not None and next(iter(store.read(connection, size - 1, size))) != last:
        return f"Entry {size - 1} of the second copy is not that of this ledger: " + _HINT
    return None


_HINT: Final = (
    "it is older, another or altered. Audit both; import the copy into an empty registry, or put "
    "the copy aside and open again."
)


def _end(descriptor: int, path: Path) -> tuple[int, bytes | None, int]:
    """Return how many entries there are, the last one, and where its line ends."""
    length = os.fstat(descriptor).st_size
    start = max(0, length - _TAIL_BYTES)
    *lines, piece = os.pread(descriptor, length - start, start).split(b"\n")
    if not lines:
        if start > 0:
            raise SecondCopyError(f"{path} ends in no entry: it is damaged")
        return 0, None, 0
    try:
        size = int(json.loads(lines[-1])["seq"]) + 1
    except (ValueError, KeyError, TypeError) as error:
        raise SecondCopyError(f"{path}: its last line is no entry, it is damaged") from error
    return size, lines[-1], length - len(piece)
