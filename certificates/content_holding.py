"""What an account held, in words: all of it, at the entry that states it.

The account stands for itself: the log knows the organisation behind it by a commitment only, so no
name can stand here.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from certificates import wording
from certificates.amounts import chinese_amount, english_amount, tonnes_text
from certificates.content_body import Body, row_of
from certificates.content_parts import ContentError, Fact, Figure, Pair, UnitLine, day
from certificates.content_units import unit_facts, unit_line
from contracts.dates import date_at
from contracts.lookup import integer_of, objects_of, text_of, texts_of
from contracts.ranges import Range
from contracts.values import Json
from ledger.log.entry import Entry

_PREFIX: Final = "holding/"


def holding_body(entry: Entry) -> Body:
    """Put a `holding.state` entry into words.

    Raises:
        ContentError: its ranges and its quantities do not tell of the same units.
        RowError, KeyError: the row is not as the rules write it.
    """
    row = row_of(entry, _PREFIX)
    units = _units(entry, row)
    account, quantity_kg = text_of(row, "account"), integer_of(row, "quantity_kg")
    return Body(
        look="HD",
        title=wording.HOLDING_TITLE,
        lead=wording.holding_lead(entry.seq),
        subject=Pair(f"账户 {account}", f"Account {account}"),
        note=Pair(""),
        quantity_kg=quantity_kg,
        figures=(Figure(label=wording.IN_ALL, digits=tonnes_text(quantity_kg), unit="tCO2e"),),
        quantity_words=Pair(chinese_amount(quantity_kg), english_amount(quantity_kg)),
        bars=(),
        facts=_facts(units, entry),
        annex_facts=(),
        units=units,
        limits=tuple(_limits(row)),
        counties=tuple(dict.fromkeys(_counties(row))),
    )


def _counties(row: Mapping[str, Json]) -> list[str]:
    return [code for batch in objects_of(row, "batches") for code in texts_of(batch, "counties")]


def _units(entry: Entry, row: Mapping[str, Json]) -> tuple[UnitLine, ...]:
    parts: defaultdict[str, list[Range]] = defaultdict(list)
    for one in objects_of(row, "ranges"):
        part = Range(integer_of(one, "first"), integer_of(one, "end"))
        parts[text_of(one, "batch")].append(part)
    batches = objects_of(row, "batches")
    named = {text_of(batch, "batch"): integer_of(batch, "quantity_kg") for batch in batches}
    held = {batch: sum(map(len, ranges)) for batch, ranges in parts.items()}
    if held != named or sum(held.values()) != integer_of(row, "quantity_kg"):
        raise ContentError(f"entry {entry.seq} does not list what its row says")
    return tuple(
        unit_line(text_of(batch, "batch"), batch, parts[text_of(batch, "batch")])
        for batch in batches
    )


def _facts(units: tuple[UnitLine, ...], entry: Entry) -> tuple[Fact, ...]:
    return (
        *unit_facts(units),
        Fact(Pair("状态截至记录", "State up to entry"), Pair(str(entry.seq))),
        Fact(Pair("记载日期", "Stated on"), day(date_at(entry.at_us))),
    )


def _limits(row: Mapping[str, Json]) -> list[Pair]:
    limits = [wording.HELD_THEN, wording.UNITS]
    if row["ets_covered"]:
        limits.append(wording.HOLDER_ETS)
    if any(batch.get("affiliated") for batch in objects_of(row, "batches")):
        limits.append(wording.AFFILIATED)
    return limits
