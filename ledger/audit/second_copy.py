"""Audit of the second copy: is each of its lines still the entry that the ledger holds?"""

from itertools import islice

from sqlalchemy import Connection

from ledger import store
from ledger.audit.findings import Findings
from ledger.log.verify import read_export
from ledger.publish.high_water import HighWaterError, read_mark
from ledger.second_copy import FILE, PAGE_ROWS
from ledger.settings import Settings


def check_second_copy(connection: Connection, settings: Settings, findings: Findings) -> None:
    """Compare, line by line, what the mark says is acknowledged; what follows may be unfinished."""
    if settings.second_copy is None:
        return
    path = settings.second_copy / FILE
    with findings.reading(FILE):
        lines = read_export(path)
        marked = min(_marked(settings), store.read_head(connection).size)
        for first in range(0, marked, PAGE_ROWS):
            end = min(first + PAGE_ROWS, marked)
            kept = list(islice(lines, end - first))
            stored = list(store.read(connection, first, end))
            if kept != stored:
                same = (one == other for one, other in zip(kept, stored, strict=False))
                seq = first + next((n for n, is_same in enumerate(same) if not is_same), len(kept))
                findings.add(f"{FILE} entry {seq}", "is missing, or not that of the ledger")
                return


def _marked(settings: Settings) -> int:
    try:
        mark = read_mark(settings.high_water)
    except (HighWaterError, OSError):
        return 0  # said by `check_files`
    return mark.size if mark else 0
