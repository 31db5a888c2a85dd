"""A retirement in words: who benefits, how much, of which projects, which serial numbers."""

from collections import defaultdict
from collections.abc import Mapping

from certificates import wording
from certificates.amounts import chinese_amount, english_amount, tonnes_text
from certificates.content_body import Body, row_of
from certificates.content_parts import (
    ContentError,
    Fact,
    Figure,
    Pair,
    UnitLine,
    county_names,
    credit_code,
    day,
    organisation,
    period_of,
    words,
)
from certificates.content_units import unit_facts, unit_line
from contracts.dates import date_at
from contracts.lookup import integer_of, object_of, objects_of, text_of, texts_of
from contracts.ranges import Range
from contracts.values import Json
from ledger.log.entry import Entry


def retirement_body(entry: Entry) -> Body:
    """Put a `units.retire` entry into words.

    Raises:
        ContentError: its movements and its row do not tell of the same quantity.
        RowError, KeyError: the row is not as the rules write it.
    """
    row = row_of(entry, "retire/")
    units = _units(entry, row)
    quantity_kg = integer_of(row, "quantity_kg")
    subject, note = _beneficiary(object_of(row, "beneficiary"))
    return Body(
        look="RT",
        title=wording.RETIREMENT_TITLE,
        lead=wording.RETIREMENT_LEAD,
        subject=subject,
        note=note,
        quantity_kg=quantity_kg,
        figures=(
            Figure(
                label=Pair(""),
                digits=tonnes_text(quantity_kg),
                unit="tCO2e",
            ),
        ),
        quantity_words=Pair(chinese_amount(quantity_kg), english_amount(quantity_kg)),
        bars=(),
        facts=_facts(row, units, integer_of(row, "retired_at_us")),
        annex_facts=tuple(_annex_facts(row)),
        units=units,
        limits=tuple(_limits(row)),
        counties=tuple(dict.fromkeys(_counties(row))),
    )


def _counties(row: Mapping[str, Json]) -> list[str]:
    return [code for batch in objects_of(row, "batches") for code in texts_of(batch, "counties")]


def _beneficiary(value: Mapping[str, Json]) -> tuple[Pair, Pair]:
    # A person is a commitment in the log, and no paper may open it.
    if "person" in value:
        return wording.PERSON, Pair("")
    named = object_of(value, "org")
    return organisation(named), credit_code(text_of(named, "uscc"))


def _units(entry: Entry, row: Mapping[str, Json]) -> tuple[UnitLine, ...]:
    ranges: defaultdict[str, list[Range]] = defaultdict(list)
    for movement in entry.movements:
        ranges[movement["batch"]].append(Range(movement["first"], movement["end"]))
    batches = objects_of(row, "batches")
    named = {text_of(batch, "batch"): integer_of(batch, "quantity_kg") for batch in batches}
    moved = {batch: sum(map(len, parts)) for batch, parts in ranges.items()}
    if moved != named or sum(moved.values()) != integer_of(row, "quantity_kg"):
        raise ContentError(f"entry {entry.seq} does not move what its row says")
    return tuple(
        unit_line(text_of(batch, "batch"), batch, ranges[text_of(batch, "batch")])
        for batch in batches
    )


def _facts(
    row: Mapping[str, Json], units: tuple[UnitLine, ...], retired_at_us: int
) -> tuple[Fact, ...]:
    return (
        *unit_facts(units),
        Fact(Pair("用途", "Purpose"), wording.PURPOSES[text_of(row, "purpose")]),
        Fact(Pair("注销日期", "Retired on"), day(date_at(retired_at_us))),
    )


def _annex_facts(row: Mapping[str, Json]) -> list[Fact]:
    facts = []
    if row["payer"] is not None:
        facts.append(Fact(Pair("付款人", "Paid for by"), organisation(row["payer"])))
    if row["consumption_period"] is not None:
        label = Pair("对应活动期间", "Period it is for")
        facts.append(Fact(label, Pair(period_of(row, "consumption_period"))))
    if row["place"] is not None:
        place = county_names([text_of(object_of(row, "place"), "county")])
        facts.append(Fact(Pair("对应活动地点", "Place it is for"), place))
    if row["statement"] is not None:
        label = Pair("注销人自述（登记机构未核实）", "In the retirer's own words (not checked)")
        facts.append(Fact(label, words(row["statement"])))
    return facts


def _limits(row: Mapping[str, Json]) -> list[Pair]:
    limits = [wording.UNITS, wording.PERMANENT, wording.RETIREMENT_ONLY]
    if row["claim"] is not None:
        limits.append(wording.bound_to_claim(text_of(row, "claim")))
    if row["ets_covered"]:
        limits.append(wording.ETS)
    if row["agent"] is not None:
        limits.append(wording.by_agent(text_of(object_of(row, "agent"), "account")))
    if any(batch.get("affiliated") for batch in objects_of(row, "batches")):
        limits.append(wording.AFFILIATED)
    return limits
