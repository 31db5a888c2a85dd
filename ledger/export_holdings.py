"""What every account holds, as a table for spreadsheets: one row for each range of serials."""

import csv
from pathlib import Path
from typing import Final

from sqlalchemy import select

from ledger.database.tables import view_block
from ledger.files import sync_file, sync_folder
from ledger.registry import Registry

COLUMNS: Final = ("account", "batch", "first", "last", "quantity_kg", "as_of_entries")
_BLOCK: Final = view_block.c
_ACCOUNT: Final = "acct/"


def export_holdings(registry: Registry, folder: Path) -> Path:
    """Write the holdings as they stand; ranges are as on paper: from 1, the last included.

    The file is named by the moment that it speaks of, and appears only when it is complete. Ids
    and numbers hold no character that a spreadsheet takes for a formula.
    """
    asked = (
        select(_BLOCK.place, _BLOCK.batch, _BLOCK.first, _BLOCK.end)
        .where(_BLOCK.place >= _ACCOUNT, _BLOCK.place < _ACCOUNT[:-1] + "0")
        .order_by(_BLOCK.place, _BLOCK.batch, _BLOCK.first)
    )
    with registry.reading() as reading:
        size = reading.head.size
        with reading.books.connect() as connection:
            blocks = connection.execute(asked).all()
    path = folder / f"holdings-{size}.csv"
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for place, batch, first, end in blocks:
            account = place.removeprefix(_ACCOUNT)
            table.writerow((account, batch, first + 1, end, end - first, size))
    sync_file(unfinished)
    unfinished.replace(path)
    sync_folder(folder)
    return path
