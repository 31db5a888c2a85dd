"""`parameters.publish`: factors and parameters enter the log with source, validity, confidence.

A row below confidence 0.8 (800 ‰), a foreign proxy and a derived value are published but cannot
be used before an officer confirms them (`parameters.confirm`).

Source: national factors are published and dated by 生态环境部; confidence says how surely a value
was transcribed, applicability how well it fits. ISO 14064-1:2018, 6.2 (selection of factors).

Example:
    Electricity, Inner Mongolia 2023: 0.6479 kgCO2/kWh, confidence 980 ‰, national: usable at
    once. A meal derived from a food average: derived, 400 ‰: needs confirmation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import NAME, Form
from contracts.lookup import date_of
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.values import Json, Moment, Outcome, Row, Value

CONFIDENCE_PERMILLE_MIN: Final = 800
APPLICABILITIES: Final = ("local", "national", "foreign_proxy", "derived")
UNCONFIRMED: Final = ("foreign_proxy", "derived")
DOMAINS: Final = ("SINK", "ORG_EVENT", "PRODUCT_LCA")
ROWS_MAX: Final = 60
TEXTS: Final = ("name_en", "name_zh", "note", "region", "source", "source_url", "unit", "value")
EXTRAS: Final = ("activity", "species", "organ", "form", "a", "b", "lower", "upper", "gas")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterTable:
    """The body: part of a table, its rows ready to be stored."""

    table: str
    rows: tuple[tuple[str, dict[str, Json]], ...]


def read(form: Form) -> ParameterTable:
    """Read the body; every value stays a text, so that no digit is ever rounded."""
    table = form.text("table", NAME)
    rows = tuple(_read_row(item) for item in form.forms("rows", least=1, most=ROWS_MAX))
    form.done()
    names = [name for name, _ in rows]
    for name in names:
        if names.count(name) > 1:
            raise Refused(RefusalCode.DUPLICATE_ITEM, field="rows", item=name)
    return ParameterTable(table=table, rows=rows)


def _read_row(form: Form) -> tuple[str, dict[str, Json]]:
    name = form.text("factor_id", NAME)
    row: dict[str, Json] = {field: form.optional_text(field, most=400) for field in TEXTS}
    for field in EXTRAS:
        if form.has(field):
            row[field] = form.text(field)
    start = form.day("valid_from")
    end = form.day("valid_to") if form.has("valid_to") else None
    if end is not None and end < start:
        raise Refused(RefusalCode.DATES_REVERSED, field="valid_to")
    confidence = form.integer("confidence_permille", high=1000)
    applicability = form.choice("applicability", APPLICABILITIES)
    row |= {
        "applicability": applicability,
        "confidence_permille": confidence,
        "data_year": form.integer("data_year", high=9999) if form.has("data_year") else None,
        "domain": form.choice("domain", DOMAINS),
        "needs_confirmation": confidence < CONFIDENCE_PERMILLE_MIN or applicability in UNCONFIRMED,
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat() if end else None,
    }
    form.done()
    return name, row


def needs(books: Books, order: Order, body: ParameterTable) -> tuple[Need, ...]:
    """An issuer signs."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("issuer"),)


def decide(books: Books, order: Order, body: ParameterTable, moment: Moment) -> Outcome:
    """Publish the rows; a row published again replaces the earlier one from now on."""
    del books, order
    rows = [
        Row(
            f"param/{body.table}/{name}",
            {**value, "confirmed_seq": None, "published_seq": moment.seq},
        )
        for name, value in body.rows
    ]
    return Outcome(rows=tuple(sorted(rows, key=lambda row: row.key)))


def find_parameters(books: Books, keys: Iterable[str]) -> dict[str, Value]:
    """Return the rows of these factors.

    Raises:
        Refused: `PARAMETER_UNKNOWN`.
    """
    found = {}
    for key in keys:
        row = books.row(key)
        if row is None:
            raise Refused(RefusalCode.PARAMETER_UNKNOWN, parameter=key)
        found[key] = row
    return found


def check_usable(parameters: Mapping[str, Value], *, domain: str, day: date) -> None:
    """Refuse a factor of another domain, not valid on a day, or lacking a due confirmation.

    Raises:
        Refused: `PARAMETER_NOT_USABLE`.
    """
    for key, row in parameters.items():
        if row["needs_confirmation"] is True and row["confirmed_seq"] is None:
            raise Refused(RefusalCode.PARAMETER_NOT_USABLE, parameter=key)
        if row["domain"] != domain:
            raise Refused(
                RefusalCode.PARAMETER_NOT_USABLE,
                parameter=key,
                domain=row["domain"],
                expected_domain=domain,
            )
        start, end = date_of(row, "valid_from"), row["valid_to"]
        if day < start or (end is not None and day > date_of(row, "valid_to")):
            raise Refused(
                RefusalCode.PARAMETER_NOT_USABLE,
                parameter=key,
                day=day.isoformat(),
                valid_from=row["valid_from"],
                valid_to=end,
            )


RULE: Final = Rule(kind="parameters.publish", read=read, needs=needs, decide=decide)
