"""The activity CSV of an event: what was used, by which factor, from which source.

Columns (Chinese or English header): group 排放源类别, item 项目, amount 数量, unit 单位, factor_id
因子编号, region 地区, year 年份, source 数据来源, note 备注. A group that did not occur is a row
with amount 0, no factor, and its reason in the note. Rows of the groups 未计入 (exclusion, with
its reason in the note) and 减排措施 (reduction) have kgCO2e as their unit and no factor.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from api.inputs.errors import InputError
from api.inputs.numbers import read_choice, read_decimal, read_name
from api.inputs.sheet import Record, header_name, read_sheet
from api.inputs.units import GROUPS, REGIONS, UNITS, spellings
from contracts.v1.event_footprint import digest_event_input
from contracts.v1.event_inputs import (
    ActivityLine,
    Exclusion,
    Group,
    Inventory,
    Reduction,
    ZeroGroup,
)

HEADERS: Final = {
    "group": ("group", "source group", "排放源类别", "类别", "排放源"),
    "item": ("item", "description", "项目", "名称", "内容"),
    "amount": ("amount", "activity", "数量", "活动数据", "活动水平"),
    "unit": ("unit", "单位"),
    "factor_id": ("factor id", "factor", "因子编号", "因子", "排放因子编号"),
    "region": ("region", "地区", "因子地区"),
    "year": ("year", "年份", "因子年份"),
    "source": ("source", "数据来源", "来源"),
    "note": ("note", "备注", "说明"),
}
REQUIRED: Final = {
    "group": "排放源类别",
    "item": "项目",
    "amount": "数量",
    "unit": "单位",
    "factor_id": "因子编号",
    "region": "地区",
    "year": "年份",
    "source": "数据来源",
}
_NAMES: Final = {header_name(name): column for column, names in HEADERS.items() for name in names}
_GROUPS: Final = spellings(GROUPS)
_UNITS: Final = spellings(UNITS)
_REGIONS: Final = spellings(REGIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFile:
    """An inventory as handed in; `sha256` is over the file's bytes."""

    inventory: Inventory
    ignored_columns: tuple[str, ...]
    sha256: str


@dataclass(slots=True)
class _Reading:
    lines: list[ActivityLine] = field(default_factory=list)
    zeros: list[ZeroGroup] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)


def read_activities(raw: bytes) -> ActivityFile:
    """Read the inventory of one event.

    Raises:
        InputError: what `read_sheet` raises, then for the first faulty row what its cells raise,
            `REASON_MISSING`, `SOURCE_MISSING`, `YEAR_WRONG`.
    """
    sheet = read_sheet(raw, names=_NAMES, required=REQUIRED)
    reading = _Reading()
    for record in sheet.records:
        _read_row(record, reading)
    return ActivityFile(
        inventory=Inventory(
            lines=tuple(reading.lines),
            zero_groups=tuple(reading.zeros),
            exclusions=tuple(reading.exclusions),
            reductions=tuple(reading.reductions),
        ),
        ignored_columns=sheet.ignored,
        sha256=digest_event_input(raw),
    )


def _read_row(record: Record, reading: _Reading) -> None:
    group = read_choice(record, "group", _GROUPS, [words[1] for words in GROUPS.values()])
    if group == "exclusion":
        reading.exclusions.append(
            Exclusion(
                description=_item(record),
                estimate_kg=_co2_amount(record),
                reason=_reason(record),
            )
        )
    elif group == "reduction":
        reading.reductions.append(
            Reduction(
                description=_item(record), quantity_kg=_co2_amount(record), source=_source(record)
            )
        )
    elif not record.text("factor_id") and read_decimal(record, "amount") == 0:
        reading.zeros.append(ZeroGroup(group=Group(group), reason=_reason(record)))
    else:
        reading.lines.append(_read_line(record, Group(group)))


def _read_line(record: Record, group: Group) -> ActivityLine:
    return ActivityLine(
        line=record.line,
        group=group,
        description=_item(record),
        amount=read_decimal(record, "amount"),
        unit=_unit(record),
        factor_id=read_name(record, "factor_id"),
        region=_region(record),
        year=_year(record),
        source=_source(record),
        note=record.text("note"),
    )


def _item(record: Record) -> str:
    text = record.text("item")
    return text or read_name(record, "item")


def _co2_amount(record: Record) -> Decimal:
    if _unit(record) != "kgCO2e":
        raise InputError(
            "UNIT_WRONG",
            record.line,
            zh="未计入项和减排措施的单位必须是kgCO2e。",
            en="exclusions and reductions are stated in kgCO2e.",
        )
    return read_decimal(record, "amount")


def _unit(record: Record) -> str:
    return read_choice(record, "unit", _UNITS, tuple(UNITS))


def _region(record: Record) -> str:
    text = record.text("region")
    if len(text) == 6 and text.isascii() and text.isdigit():
        return text
    return read_choice(record, "region", _REGIONS, ("内蒙古", "全国", "英国"))


def _year(record: Record) -> int | None:
    text = record.text("year")
    if not text:
        return None
    if len(text) == 4 and text.isascii() and text.isdigit():
        return int(text)
    raise InputError(
        "YEAR_WRONG",
        record.line,
        zh="“年份”请写四位数字，如2023。",
        en="year must be four digits such as 2023.",
    )


def _reason(record: Record) -> str:
    text = record.text("note")
    if text:
        return text
    raise InputError(
        "REASON_MISSING",
        record.line,
        zh="为零或未计入的项目必须在“备注”中写明理由。",
        en="what is zero or left out needs its reason in the note.",
    )


def _source(record: Record) -> str:
    text = record.text("source")
    if text:
        return text
    raise InputError(
        "SOURCE_MISSING",
        record.line,
        zh="“数据来源”是空的，请写明账单、名单或票据。",
        en="source is empty; name the bill, list or receipt.",
    )
