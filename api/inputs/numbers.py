"""Cells that hold numbers, dates and names: one strict form each, one sentence per fault."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Final
from unicodedata import normalize

from api.inputs.errors import InputError
from api.inputs.sheet import Record

NAME_CHARACTERS_MAX: Final = 40
YES: Final = ("是", "y", "yes", "true", "1")
NO: Final = ("否", "n", "no", "false", "0")

_PLAIN: Final = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", re.ASCII)
_FAULTS: Final = (
    (
        r"[-−]\s*[\d.]+",
        "NUMBER_NEGATIVE",
        "不能是负数",
        "it must not be negative",
    ),
    (
        r"[\d.]+[eE][+-]?\d+",
        "NUMBER_SCIENTIFIC",
        "不接受科学计数法，请写普通小数",
        "scientific notation is not read, write a plain decimal",
    ),
    (
        r"\d{1,3}(,\d{3})+(\.\d+)?",
        "NUMBER_COMMA",
        "请去掉千位逗号，小数点用“.”",
        "remove the commas, write decimals with a point",
    ),
    (
        r"\d+[,，、]\d+",
        "NUMBER_COMMA",
        "小数点请用“.”，不要用逗号",
        "write decimals with a point, not a comma",
    ),
    (
        r"[\d.]+\s*[^\d\s.,]+.*",
        "NUMBER_WITH_UNIT",
        "只填数字，不要带单位",
        "write the number alone, without a unit",
    ),
    (
        r"\d+(\.\d+)?",
        "NUMBER_TOO_LONG",
        "整数最多9位、小数最多6位",
        "at most 9 digits before and 6 after the point",
    ),
)


def read_decimal(record: Record, column: str) -> Decimal:
    """Read a number that is not negative, in half-width digits with a decimal point.

    Raises:
        InputError: `NUMBER_MISSING`, `NUMBER_FULL_WIDTH`, `NUMBER_NEGATIVE`,
            `NUMBER_SCIENTIFIC`, `NUMBER_COMMA`, `NUMBER_WITH_UNIT`, `NUMBER_TOO_LONG` or
            `NUMBER_WRONG`.
    """
    text = record.text(column)
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if not text:
        raise InputError(
            "NUMBER_MISSING",
            record.line,
            zh=f"“{record.header(column)}”是空的，请填写数字。",
            en=f"{record.header(column)} is empty; fill in a number.",
        )
    if _PLAIN.fullmatch(normalize("NFKC", text)):
        raise _number_error(
            record, column, ("NUMBER_FULL_WIDTH", "请改用半角数字", "use half-width digits")
        )
    for pattern, *fault in _FAULTS:
        if re.fullmatch(pattern, text, re.ASCII):
            raise _number_error(record, column, (fault[0], fault[1], fault[2]))
    raise _number_error(
        record, column, ("NUMBER_WRONG", "不是数字，请改正", "it is not a number, correct it")
    )


def read_positive(record: Record, column: str, *, most: int, unit: str) -> Decimal:
    """Read a number above zero and not above `most`.

    Raises:
        InputError: what `read_decimal` raises, `NUMBER_ZERO`, `NUMBER_TOO_LARGE`.
    """
    value = read_decimal(record, column)
    if value == 0:
        raise InputError(
            "NUMBER_ZERO",
            record.line,
            zh=f"“{record.header(column)}”必须大于0，请核对原始记录。",
            en=f"{record.header(column)} must be above zero; check the field sheet.",
        )
    if value > most:
        raise InputError(
            "NUMBER_TOO_LARGE",
            record.line,
            zh=f"“{record.header(column)}”为{value}，超过上限{most}{unit}，请核对单位。",
            en=f"{record.header(column)} is {value}, above {most} {unit}; check the unit.",
        )
    return value


def read_name(record: Record, column: str) -> str:
    """Read an identifier of 1 to 40 characters.

    Raises:
        InputError: `NAME_MISSING`, `NAME_TOO_LONG`.
    """
    text = record.text(column)
    if not text:
        raise InputError(
            "NAME_MISSING",
            record.line,
            zh=f"“{record.header(column)}”是空的，请填写。",
            en=f"{record.header(column)} is empty; fill it in.",
        )
    if len(text) > NAME_CHARACTERS_MAX:
        raise InputError(
            "NAME_TOO_LONG",
            record.line,
            zh=f"“{record.header(column)}”超过{NAME_CHARACTERS_MAX}个字符，请缩短。",
            en=f"{record.header(column)} exceeds {NAME_CHARACTERS_MAX} characters; shorten.",
        )
    return text


def read_yes_no(record: Record, column: str, *, default: str) -> bool:
    """Read 是/否 or yes/no; an empty cell means `default`.

    Raises:
        InputError: `YES_NO_WRONG`.
    """
    text = (record.text(column) or default).lower()
    if text not in YES + NO:
        raise InputError(
            "YES_NO_WRONG",
            record.line,
            zh=f"“{record.header(column)}”请填“是”或“否”。",
            en=f"{record.header(column)} must be yes or no.",
        )
    return text in YES


def read_day(record: Record, column: str) -> date | None:
    """Read a date as 2025-09-18 or 2025/9/18; None when the cell is empty.

    Raises:
        InputError: `DATE_WRONG`.
    """
    text = record.text(column)
    if not text:
        return None
    parts = _DAY.fullmatch(text)
    try:
        if parts is not None:
            return date(int(parts[1]), int(parts[3]), int(parts[4]))
    except ValueError:
        pass  # a day that no calendar has; told below like any other wrong date
    raise InputError(
        "DATE_WRONG",
        record.line,
        zh=f"“{record.header(column)}”请写成2025-09-18这样的日期。",
        en=f"{record.header(column)} must be a date such as 2025-09-18.",
    )


def read_choice(
    record: Record, column: str, choices: Mapping[str, str], shown: Collection[str]
) -> str:
    """Read one of several words, whatever its case or width.

    Raises:
        InputError: `CHOICE_UNKNOWN`.
    """
    text = normalize("NFKC", record.text(column)).strip().lower()
    name = record.header(column)
    if text not in choices:
        raise InputError(
            "CHOICE_UNKNOWN",
            record.line,
            zh=f"“{name}”不能是“{record.text(column)}”，请填：{'、'.join(shown)}。",
            en=f"{name} cannot be {record.text(column)!r}; choose: {', '.join(shown)}.",
        )
    return choices[text]


def _number_error(record: Record, column: str, fault: tuple[str, str, str]) -> InputError:
    code, zh, en = fault
    text, name = record.text(column), record.header(column)
    return InputError(
        code, record.line, zh=f"“{name}”为“{text}”，{zh}。", en=f"{name} is {text!r}; {en}."
    )
