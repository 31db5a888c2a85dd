"""The whole ledger as one file: one entry a line, its canonical bytes, entry 0 first.

Private records are not in it. Importing decides every order again and checks every signature, so
a file from anywhere can be imported; what it cannot show is that nothing was cut off at its end,
which is what a signed checkpoint is for.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger import store
from ledger.log.verify import read_export
from ledger.progress import Progress
from ledger.registry import Registry
from ledger.replay.rebuild import PAGE_ROWS
from ledger.replay.refill import RefillError, refill

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
    try:
        with unfinished.open("wb") as file:
            for seq, line in enumerate(_lines(registry, total)):
                file.write(line + b"\n")
                if progress and (seq + 1) % PAGE_ROWS == 0:
                    progress(seq + 1, total)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
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
        LedgerFileError: the registry is not empty, an entry is bad, or the file holds less than
            this machine's marks know.
    """
    try:
        return refill(registry, read_export(path), progress=progress)
    except RefillError as error:
        raise LedgerFileError(str(error)) from error
