"""The factor tables that ship with the registry, and the rows as the log carries them."""

import csv
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Final

from contracts.v1.factors import Domain, Factor
from contracts.v1.parameters_publish import CONFIDENCE_PERMILLE_MIN, UNCONFIRMED
from contracts.values import Json, Value

TABLES: Final = (
    "grid_electricity",
    "electricity_footprint",
    "heat",
    "fuels",
    "event_activities",
    "gwp",
    "biomass_equations",
    "carbon_fractions",
    "species_parameters",
    "uncertainty_bands",
)
_EXTRAS: Final = ("activity", "species", "organ", "form", "a", "b", "lower", "upper", "gas")
_TEXTS: Final = ("name_en", "name_zh", "note", "region", "source", "source_url", "unit", "value")
BATCH_ROWS_MAX: Final = 60
BATCH_BYTES_MAX: Final = 22_000
_ROW_BYTES_STORED: Final = 160
"""What the log adds to a published row: its key, its standing, two positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    """One row of a table, all numbers as the text they were published in.

    A biomass equation carries `species`, `organ`, `form`, `a`, `b`, and repeats `a` as its value;
    a band carries `lower` and `upper`. Empty text means that a row has no such thing.
    """

    table: str
    factor_id: str
    name_zh: str
    name_en: str
    value: str
    unit: str
    domain: str
    activity: str
    region: str
    data_year: int | None
    valid_from: str
    valid_to: str | None
    source: str
    source_url: str
    confidence_permille: int
    applicability: str
    note: str
    species: str = ""
    latin: str = ""
    organ: str = ""
    form: str = ""
    a: str = ""
    b: str = ""
    lower: str = ""
    upper: str = ""
    gas: str = ""
    confirmed: bool = False

    @property
    def needs_confirmation(self) -> bool:
        """Say whether an officer must confirm the row before anything rests on it."""
        return (
            self.applicability in UNCONFIRMED or self.confidence_permille < CONFIDENCE_PERMILLE_MIN
        )

    @property
    def usable(self) -> bool:
        """Say whether something may rest on the row as it stands."""
        return self.confirmed or not self.needs_confirmation


def load_tables() -> dict[str, tuple[FactorRow, ...]]:
    """Return the packaged tables by name, each row as published by its source."""
    return {table: _load(table) for table in TABLES}


def load_rows() -> tuple[FactorRow, ...]:
    """Return the rows of all packaged tables."""
    return tuple(row for rows in load_tables().values() for row in rows)


def confirm(rows: Iterable[FactorRow], factor_ids: Collection[str]) -> tuple[FactorRow, ...]:
    """Return the rows with those named marked as confirmed by an officer."""
    return tuple(replace(row, confirmed=row.factor_id in factor_ids) for row in rows)


def to_param_row(row: FactorRow) -> dict[str, Json]:
    """Return a row as `parameters.publish` takes it: texts, integers and null, ASCII keys."""
    fixed: dict[str, Json] = {
        "applicability": row.applicability,
        "confidence_permille": row.confidence_permille,
        "data_year": row.data_year,
        "domain": row.domain,
        "factor_id": row.factor_id,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }
    texts: dict[str, Json] = {name: getattr(row, name) or None for name in _TEXTS}
    extras: dict[str, Json] = {name: getattr(row, name) for name in _EXTRAS if getattr(row, name)}
    return dict(sorted((fixed | texts | extras).items()))


def to_param_rows(rows: Iterable[FactorRow]) -> tuple[dict[str, Json], ...]:
    """Return rows as `parameters.publish` takes them."""
    return tuple(to_param_row(row) for row in rows)


def param_batches(rows: Iterable[FactorRow]) -> tuple[tuple[dict[str, Json], ...], ...]:
    """Return the rows of one table in parts that fit into one order and its outcome each."""
    batches: list[tuple[dict[str, Json], ...]] = []
    part: list[dict[str, Json]] = []
    size = 0
    for row in to_param_rows(rows):
        row_size = len(_json_bytes(row)) + _ROW_BYTES_STORED
        if part and (size + row_size > BATCH_BYTES_MAX or len(part) == BATCH_ROWS_MAX):
            batches.append(tuple(part))
            part, size = [], 0
        part.append(row)
        size += row_size
    return (*batches, tuple(part)) if part else tuple(batches)


def from_param_row(key: str, value: Value) -> FactorRow:
    """Return the row that stands in the log under `param/<table>/<factor id>`.

    Raises:
        KeyError: the value is no parameter row.
    """
    _, table, factor_id = key.split("/")
    year = value["data_year"]
    until = value["valid_to"]
    return FactorRow(
        table=table,
        factor_id=factor_id,
        domain=str(value["domain"]),
        data_year=year if isinstance(year, int) else None,
        valid_from=str(value["valid_from"]),
        valid_to=None if until is None else str(until),
        confidence_permille=int(str(value["confidence_permille"])),
        applicability=str(value["applicability"]),
        confirmed=value["confirmed_seq"] is not None,
        **{name: str(value[name] or "") for name in _TEXTS},
        **{name: str(value.get(name) or "") for name in _EXTRAS},
    )


def to_factor(row: FactorRow) -> Factor:
    """Return a row as a footprint uses it."""
    return Factor(
        table=row.table,
        factor_id=row.factor_id,
        activity=row.activity,
        value=Decimal(row.value),
        unit=row.unit,
        domain=Domain(row.domain),
        region=row.region,
        data_year=row.data_year,
        valid_from=date.fromisoformat(row.valid_from),
        valid_to=date.fromisoformat(row.valid_to) if row.valid_to else None,
        applicability=row.applicability,
        confidence_permille=row.confidence_permille,
        confirmed=row.confirmed,
    )


def event_factors(rows: Iterable[FactorRow]) -> tuple[Factor, ...]:
    """Return every row that a line of an event may name, to be used or to be refused."""
    return tuple(
        to_factor(row) for row in rows if row.domain in (Domain.ORG_EVENT, Domain.PRODUCT_LCA)
    )


def parameters_bytes(rows: Iterable[FactorRow]) -> bytes:
    """Return rows in one canonical form, for the digest of a report's input."""
    ordered = sorted(rows, key=lambda row: (row.table, row.factor_id))
    return b"".join(
        _json_bytes({"confirmed": row.confirmed, "table": row.table, **to_param_row(row)}) + b"\n"
        for row in ordered
    )


def _load(table: str) -> tuple[FactorRow, ...]:
    text = files("api").joinpath("data", f"{table}.csv").read_text(encoding="utf-8")
    return tuple(_row(table, cells) for cells in csv.DictReader(text.splitlines(), strict=True))


def _row(table: str, cells: Mapping[str, str]) -> FactorRow:
    names = {field.name for field in fields(FactorRow)}
    texts = {name: text for name, text in cells.items() if name in names}
    year = texts.pop("data_year")
    confidence = texts.pop("confidence_permille")
    until = texts.pop("valid_to")
    return FactorRow(
        table=table,
        data_year=int(year) if year else None,
        confidence_permille=int(confidence),
        valid_to=until or None,
        confirmed=False,
        **texts,
    )


def _json_bytes(value: Mapping[str, Json]) -> bytes:
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    ).encode()
