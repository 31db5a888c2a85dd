"""The whole ledger as one file: one entry a line, its canonical bytes, entry 0 first.

Private records are not in it. Importing decides every order again and checks every signature, so
a file from anywhere can be imported; what it cannot show is that nothing was cut off at its end,
which is what a signed checkpoint is for.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import Connection

from ledger import store
from ledger.log.entry import Entry, EntryError, parse_entry
from ledger.log.verify import ChainError, PasskeyScope, check_signatures, passkey_scope, read_export
from ledger.rebuild import PAGE_ROWS, fill_from_log
from ledger.redecide import Redecider
from ledger.registry import Registry

Progress: TypeAlias = Callable[[int, int], None]
EXPORT_SUFFIX: Final = ".part"


class LedgerFileError(Exception):
    """A file of entries cannot be imported; the text names the first bad entry and why."""


def export_ledger(registry: Registry, path: Path, progress: Progress | None = None) -> int:
    """Write every entry to a file; return how many.

    Args:
        registry: The registry.
        path: The file; it appears only when it is complete.
        progress: Called with (entries done, entries in all).
    """
    total = registry.size()
    unfinished = path.with_name(path.name + EXPORT_SUFFIX)
    with unfinished.open("wb") as file:
        for seq, line in enumerate(_lines(registry, total)):
            file.write(line + b"\n")
            if progress and (seq + 1) % PAGE_ROWS == 0:
                progress(seq + 1, total)
    unfinished.replace(path)
    if progress:
        progress(total, total)
    return total


def _lines(registry: Registry, total: int) -> Iterator[bytes]:
    """Read page by page, so that no statement stays open while the caller writes."""
    for first in range(0, total, PAGE_ROWS):
        with registry.reader.connect() as connection:
            yield from list(store.read(connection, first, min(first + PAGE_ROWS, total)))


def import_ledger(registry: Registry, path: Path, progress: Progress | None = None) -> int:
    """Fill an empty registry from a file of entries; return how many.

    All or nothing: one transaction. If we crash on the way, the registry is still empty.

    Args:
        registry: A registry without entries.
        path: What `export_ledger` wrote.
        progress: Called with (entries done, 0); how many there are is not known before the end.

    Raises:
        LedgerFileError: the registry is not empty or read-only, or an entry is bad.
    """
    if registry.read_only_reason is not None:
        raise LedgerFileError(registry.read_only_reason)
    with registry.writer.begin() as connection:
        if store.read_head(connection).size != 0:
            raise LedgerFileError("only an empty registry can be filled from a file")
        entries = _checked(_counted(read_export(path), progress))
        _append_pages(connection, entries)
        fill_from_log(connection)
    registry.raise_mark()
    return registry.size()


def _counted(lines: Iterable[bytes], progress: Progress | None) -> Iterator[bytes]:
    for seq, line in enumerate(lines):
        yield line
        if progress and (seq + 1) % PAGE_ROWS == 0:
            progress(seq + 1, 0)


def _checked(lines: Iterable[bytes]) -> Iterator[Entry]:
    redecider, scope = Redecider(), PasskeyScope()
    for seq, line in enumerate(lines):
        try:
            entry = parse_entry(line)
            if seq == 0:
                scope = passkey_scope(entry)
            check_signatures(entry, scope)
        except EntryError as error:
            raise LedgerFileError(f"entry {seq}: {error}") from error
        except ChainError as error:
            raise LedgerFileError(str(error)) from error
        faults = redecider.take(entry)
        if faults:
            raise LedgerFileError(f"entry {seq}: {faults[0]}")
        yield entry


def _append_pages(connection: Connection, entries: Iterable[Entry]) -> None:
    head = store.read_head(connection)
    page: list[Entry] = []
    for entry in entries:
        page.append(entry)
        if len(page) == PAGE_ROWS:
            head = store.append(connection, page, after=head)
            page = []
    if page:
        store.append(connection, page, after=head)
