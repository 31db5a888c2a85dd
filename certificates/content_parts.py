"""The parts that a paper's content is made of, and how dates, names and places are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.lookup import object_of, text_of
from contracts.values import Json
from ledger.land.counties import counties

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class ContentError(ValueError):
    """The entry does not state what a paper of this kind is about."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in Chinese and in English; one of them may be empty."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is so; `lines` are further texts in no language, such as serial numbers."""

    label: Pair
    value: Pair
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that is set large, with its unit and, where there are several, its name."""

    label: Pair
    digits: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One emission group: its tonnes, and its share of the total in ‰, rounded down."""

    label: Pair
    digits: str
    share_permille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """The retired units of one batch."""

    batch: str
    project: Pair
    methodology: str
    period: str
    counties: Pair
    verifier: Pair
    quantity: str
    serials: tuple[str, ...]


def words(value: Json) -> Pair:
    """Read {"zh"?, "en"?}."""
    if not isinstance(value, dict):
        raise ContentError("a text in two languages is missing")
    return Pair(str(value.get("zh", "")), str(value.get("en", "")))


def organisation(value: Json) -> Pair:
    """Return an organisation's name."""
    if not isinstance(value, dict):
        raise ContentError("an organisation is missing")
    return words(value["name"])


def day(value: date) -> Pair:
    """Write a date.

    Example:
        day(date(2026, 10, 26)) == Pair("2026年10月26日", "26 October 2026")
    """
    zh = f"{value.year}年{value.month}月{value.day}日"
    return Pair(zh, f"{value.day} {_MONTHS[value.month - 1]} {value.year}")


def day_of(row: Mapping[str, Json], name: str) -> Pair:
    """Write a row's date field."""
    return day(date.fromisoformat(text_of(row, name)))


def period_text(start: str, end: str) -> str:
    """Write a period of ISO dates, the same in both languages."""
    return start if start == end else f"{start} – {end}"


def period_of(row: Mapping[str, Json], name: str) -> str:
    """Write a row's {"start", "end"} field."""
    period = object_of(row, name)
    return period_text(text_of(period, "start"), text_of(period, "end"))


def county_names(codes: list[str]) -> Pair:
    """Name counties by their GB/T 2260 codes; a foreign code stands for itself."""
    known = {county.code: county for county in counties()}
    zh = [known[code].name_zh if code in known else code for code in codes]
    en = [known[code].name_en if code in known else code for code in codes]
    return Pair("、".join(zh), ", ".join(en))


def credit_code(code: str) -> Pair:
    """Write an organisation's code."""
    return Pair(f"统一社会信用代码 {code}", f"Unified social credit code {code}")


def joined(pairs: list[Pair]) -> Pair:
    """List texts in both languages, leaving out repetitions."""
    zh = dict.fromkeys(pair.zh or pair.en for pair in pairs)
    en = dict.fromkeys(pair.en or pair.zh for pair in pairs)
    if not any(pair.en for pair in pairs):
        return Pair("；".join(zh))
    if not any(pair.zh for pair in pairs):
        return Pair("", "; ".join(en))
    return Pair("；".join(zh), "; ".join(en))
