"""The form check: reads one JSON object field by field and refuses what it does not know.

Class 1 of the refusals. A rule names each of its fields once; whatever is left over is refused,
so that a misspelt field can never be taken for an absent one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from contracts.refusal import RefusalCode, Refused
from contracts.values import INTEGER_MAX, Json

ITEMS_MAX: Final = 128
TEXT_MAX: Final = 200
YEARS: Final = (1900, 2199)
"""First and last year of a date in an order: no rule's arithmetic leaves the calendar."""

ID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{7,13}[0-9A-HJKMNP-TV-Z*~$=U]")
PERSON: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{10,26}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
HEX_KEY: Final = re.compile(r"[0-9a-f]{64}|[0-9a-f]{66}")
NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
COUNTY: Final = re.compile(r"[0-9]{6}")
BATCH: Final = re.compile(r"BT-[FGW]-[0-9]{4}-[0-9]{8}-[0-9]{8}-[0-9]{2}")
PARAMETER: Final = re.compile(r"param/[a-z][a-z0-9_.-]{0,63}/[a-z][a-z0-9_.-]{0,63}")
USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Form:
    """One JSON object being read; `done()` refuses every field that nobody asked for."""

    __slots__ = ("_fields", "_path", "_read")

    def __init__(self, fields: Json | Mapping[str, Json], path: str = "body") -> None:
        if not isinstance(fields, Mapping):
            raise Refused(RefusalCode.FIELD_TYPE, field=path, expected="object")
        self._fields = fields
        self._path = path
        self._read: set[str] = set()

    def _take(self, name: str) -> Json:
        self._read.add(name)
        if name not in self._fields:
            raise Refused(RefusalCode.FIELD_MISSING, field=self._name(name))
        return self._fields[name]

    def _name(self, name: str) -> str:
        return f"{self._path}.{name}"

    def has(self, name: str) -> bool:
        """Say whether an optional field is there and not null, and count it as read."""
        self._read.add(name)
        return self._fields.get(name) is not None

    def text(
        self, name: str, pattern: re.Pattern[str] | None = None, *, most: int = TEXT_MAX
    ) -> str:
        """Read a non-blank text of at most `most` characters that fits the pattern."""
        value = self._take(name)
        if not isinstance(value, str):
            raise Refused(RefusalCode.FIELD_TYPE, field=self._name(name), expected="text")
        if pattern is not None:
            if pattern.fullmatch(value) is None:
                raise Refused(RefusalCode.FIELD_FORMAT, field=self._name(name))
        elif not value.strip() or value != value.strip() or len(value) > most:
            raise Refused(RefusalCode.FIELD_FORMAT, field=self._name(name), characters_max=most)
        return value

    def optional_text(
        self, name: str, pattern: re.Pattern[str] | None = None, *, most: int = TEXT_MAX
    ) -> str | None:
        """Read a text that may be absent or null."""
        return self.text(name, pattern, most=most) if self.has(name) else None

    def integer(self, name: str, *, low: int = 0, high: int = INTEGER_MAX) -> int:
        """Read a whole number between `low` and `high`, both included."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused(RefusalCode.FIELD_TYPE, field=self._name(name), expected="integer")
        if not low <= value <= high:
            raise Refused(RefusalCode.FIELD_RANGE, field=self._name(name), low=low, high=high)
        return value

    def flag(self, name: str) -> bool:
        """Read true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise Refused(RefusalCode.FIELD_TYPE, field=self._name(name), expected="boolean")
        return value

    def choice(self, name: str, options: Sequence[str]) -> str:
        """Read one of a closed list of words."""
        value = self._take(name)
        if not isinstance(value, str) or value not in options:
            raise Refused(RefusalCode.CHOICE_UNKNOWN, field=self._name(name), options=list(options))
        return value

    def day(self, name: str) -> date:
        """Read a calendar date, YYYY-MM-DD, of the years 1900 to 2199."""
        value = self.text(name, _DATE)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Refused(RefusalCode.FIELD_FORMAT, field=self._name(name)) from None
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise Refused(
                RefusalCode.FIELD_RANGE, field=self._name(name), low=YEARS[0], high=YEARS[1]
            )
        return day

    def period(self, name: str) -> tuple[date, date]:
        """Read {"start", "end"}, both days included, start not after end."""
        form = self.form(name)
        start, end = form.day("start"), form.day("end")
        form.done()
        if end < start:
            raise Refused(RefusalCode.DATES_REVERSED, field=self._name(name))
        return start, end

    def form(self, name: str) -> "Form":
        """Read a nested object; its own `done()` is the caller's duty."""
        return Form(self._take(name), self._name(name))

    def object(self, name: str) -> Json:
        """Read a nested object whole, for somebody else to read field by field."""
        value = self._take(name)
        if not isinstance(value, Mapping):
            raise Refused(RefusalCode.FIELD_TYPE, field=self._name(name), expected="object")
        return dict(value)

    def forms(self, name: str, *, least: int = 0, most: int = ITEMS_MAX) -> tuple["Form", ...]:
        """Read a list of objects."""
        return tuple(
            Form(item, f"{self._name(name)}[{position}]")
            for position, item in enumerate(self._list(name, least, most))
        )

    def texts(
        self, name: str, pattern: re.Pattern[str], *, least: int = 0, most: int = ITEMS_MAX
    ) -> tuple[str, ...]:
        """Read a list of different texts that all fit the pattern."""
        items = self._list(name, least, most)
        found: list[str] = []
        for item in items:
            if not isinstance(item, str) or pattern.fullmatch(item) is None:
                raise Refused(RefusalCode.FIELD_FORMAT, field=self._name(name))
            if item in found:
                raise Refused(RefusalCode.DUPLICATE_ITEM, field=self._name(name), item=item)
            found.append(item)
        return tuple(found)

    def _list(self, name: str, least: int, most: int) -> list[Json]:
        items = self._take(name)
        if not isinstance(items, list):
            raise Refused(RefusalCode.FIELD_TYPE, field=self._name(name), expected="list")
        if not least <= len(items) <= most:
            raise Refused(
                RefusalCode.TOO_MANY_ITEMS, field=self._name(name), least=least, most=most
            )
        return items

    def words(self, name: str, *, most: int = TEXT_MAX) -> dict[str, Json]:
        """Read a text in Chinese, English or both: {"zh"?, "en"?}, at least one."""
        form = self.form(name)
        zh, en = form.optional_text("zh", most=most), form.optional_text("en", most=most)
        form.done()
        if zh is None and en is None:
            raise Refused(RefusalCode.FIELD_MISSING, field=self._name(name))
        return {language: text for language, text in (("en", en), ("zh", zh)) if text is not None}

    def organisation(self, name: str) -> dict[str, Json]:
        """Read an organisation named in clear: {"name": {zh?, en?}, "uscc"}.

        The check character of the 统一社会信用代码 is a door check; here only its grammar.
        """
        form = self.form(name)
        named: dict[str, Json] = {"name": form.words("name"), "uscc": form.text("uscc", USCC)}
        form.done()
        return named

    def done(self) -> None:
        """Refuse whatever was not read."""
        if len(self._read) < len(self._fields) or not self._read.issuperset(self._fields):
            unknown = sorted(set(self._fields) - self._read)
            if unknown:
                raise Refused(
                    RefusalCode.FIELD_UNKNOWN, field=self._name(unknown[0]), count=len(unknown)
                )
