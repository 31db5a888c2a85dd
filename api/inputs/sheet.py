"""From the text of a CSV file to its rows: comments, delimiter, header, quotes, cells."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from api.inputs.errors import InputError
from api.inputs.text import decode

ROWS_MAX: Final = 200_000
LINES_MAX: Final = ROWS_MAX + 10_000
"""Rows, comments and blank lines: counted before the text is split, to keep memory small."""

CELL_CHARACTERS_MAX: Final = 200

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its line in the file, its cells by column, and the file's own headers."""

    line: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell without surrounding blanks; empty when the file has no such column."""
        return self.cells.get(column, "")

    def header(self, column: str) -> str:
        """Return what the file itself calls a column, for sentences about it."""
        return self.headers.get(column, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file's rows under the names this project gives the columns."""

    ignored: tuple[str, ...]
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    cells: tuple[str, ...]
    columns: tuple[str, ...]
    named: Mapping[str, str]


def read_sheet(raw: bytes, *, names: Mapping[str, str], required: Mapping[str, str]) -> Sheet:
    """Split a file into rows; comment and blank lines are skipped but counted.

    Args:
        raw: The file's bytes.
        names: Accepted headers, normalised by `header_name`, and the column each stands for.
        required: Columns that must be there, with their Chinese names.

    Raises:
        InputError: what `decode` raises, then `ROWS_TOO_MANY`, `DELIMITER_WRONG`,
            `COLUMN_DUPLICATE`, `COLUMN_MISSING`, `ROWS_MISSING`, then per row `QUOTE_OPEN`,
            `CELLS_TOO_MANY`, `CELLS_TOO_FEW`, `CELL_TOO_LONG`, `CHARACTER_FORBIDDEN`.
    """
    text = decode(raw)
    if max(text.count("\n"), text.count("\r")) > LINES_MAX:
        raise _too_many_rows(LINES_MAX + 1)
    lines = _lines(text)
    if not lines:
        raise _no_rows()
    if len(lines) - 1 > ROWS_MAX:
        raise _too_many_rows(lines[ROWS_MAX + 1][0])
    header = _read_header(*lines[0], names=names, required=required)
    if len(lines) == 1:
        raise _no_rows()
    return Sheet(
        ignored=tuple(
            cell
            for cell, column in zip(header.cells, header.columns, strict=True)
            if cell and not column
        ),
        records=tuple(_read_record(number, line, header) for number, line in lines[1:]),
    )


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that are not blank, from the header on, with their numbers.

    Only above the header does `#` begin a comment: below it a plot may be called #1.
    """
    lines = [
        (number, line)
        for number, line in enumerate(_LINE_END.split(text), start=1)
        if line.strip(" \t,")
    ]
    header = next(
        (place for place, (_, line) in enumerate(lines) if not line.lstrip(' \t"').startswith("#")),
        len(lines),
    )
    return lines[header:]


def header_name(cell: str) -> str:
    """Return a header for comparison: half-width, lower case, without blanks and underscores."""
    return re.sub(r"[\s_]+", "", normalize("NFKC", cell)).lower()


def _read_header(
    number: int, line: str, *, names: Mapping[str, str], required: Mapping[str, str]
) -> _Header:
    cells = _split(number, line)
    if len(cells) == 1:
        raise InputError(
            "DELIMITER_WRONG",
            number,
            zh="表头不是用英文逗号分隔的，请以英文逗号分隔并另存为CSV。",
            en="the header is not separated by commas; save the file with commas.",
        )
    columns = tuple(names.get(header_name(cell), "") for cell in cells)
    known = [column for column in columns if column]
    twice = next((column for column in known if known.count(column) > 1), None)
    if twice is not None:
        raise InputError(
            "COLUMN_DUPLICATE",
            number,
            zh=f"列“{twice}”出现了两次，请删去一列。",
            en=f"the column {twice} appears twice; remove one.",
        )
    missing = [column for column in required if column not in known]
    if missing:
        found = "、".join(cell for cell in cells if cell)[:CELL_CHARACTERS_MAX]
        wanted = "、".join(required[column] for column in missing)
        raise InputError(
            "COLUMN_MISSING",
            number,
            zh=f"缺少列{wanted}（现有：{found}），请补上并注意单位。",
            en=f"missing column {', '.join(missing)} (found: {found}); add it, mind the unit.",
        )
    named = dict(zip(columns, cells, strict=True))
    return _Header(cells=tuple(cells), columns=columns, named=named)


def _read_record(number: int, line: str, header: _Header) -> Record:
    columns = header.columns
    cells = _split(number, line)
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if len(cells) > len(columns):
        raise InputError(
            "CELLS_TOO_MANY",
            number,
            zh=f"有{len(cells)}格，表头只有{len(columns)}列；小数点请用“.”，不要用逗号。",
            en=f"{len(cells)} cells but {len(columns)} columns; write decimals with a point.",
        )
    if len(cells) < len(columns):
        raise InputError(
            "CELLS_TOO_FEW",
            number,
            zh=f"只有{len(cells)}格，表头有{len(columns)}列；请补齐，空格也要保留逗号。",
            en=f"{len(cells)} cells but {len(columns)} columns; keep the commas of empty cells.",
        )
    for cell in cells:
        _check_cell(number, cell)
    named = {column: cell for column, cell in zip(columns, cells, strict=True) if column}
    return Record(number, named, header.named)


def _check_cell(number: int, cell: str) -> None:
    if len(cell) > CELL_CHARACTERS_MAX:
        raise InputError(
            "CELL_TOO_LONG",
            number,
            zh=f"有一格超过{CELL_CHARACTERS_MAX}个字符，请缩短。",
            en=f"a cell is longer than {CELL_CHARACTERS_MAX} characters; shorten it.",
        )
    if not cell.replace("\u3000", " ").replace("\u00a0", " ").isprintable():
        raise InputError(
            "CHARACTER_FORBIDDEN",
            number,
            zh="含有不可见的控制字符，请删除后重新导出。",
            en="it holds an invisible control character; remove it and export again.",
        )


def _split(number: int, line: str) -> list[str]:
    # One line at a time, so that one open quote cannot swallow the rest of the file.
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True))]
    except csv.Error as fault:
        raise InputError(
            "QUOTE_OPEN",
            number,
            zh="引号不成对，请检查这一行的英文双引号。",
            en="a quotation mark is left open; check the double quotes of this line.",
        ) from fault


def _too_many_rows(line: int) -> InputError:
    return InputError(
        "ROWS_TOO_MANY",
        line,
        zh=f"超过{ROWS_MAX}行，请拆分为多个文件。",
        en=f"more than {ROWS_MAX} rows; split the file.",
    )


def _no_rows() -> InputError:
    return InputError(
        "ROWS_MISSING",
        0,
        zh="文件没有数据行，请在表头下填写数据。",
        en="The file has no rows of data; fill them in below the header.",
    )
