"""Values of the state as a person reads them: kilograms, tonnes, dates, places in words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from contracts.values import Json

CHINA: Final = timezone(timedelta(hours=8))
PLACES: Final = {
    "acct": "account",
    "buffer": "buffer pool",
    "cancelled": "cancelled by entry",
    "frozen": "frozen by entry",
    "pledge": "pledged by entry",
    "resv": "reserved by entry",
    "retired": "retired by entry",
}
"""The first word of a place -> how it is said."""


def lines_of(key: str, value: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Return the lines of one key: a block as units and where they are, a row field by field.

    A block from 0 to 9000 in `acct/0000012A` reads "units 1 to 9,000: 9,000 kg (9.000 t)" and
    "account 0000012A", because paper counts from 1 and includes the last.
    """
    if key.startswith("block/"):
        first, end = int(key.rpartition("/")[2]), value.get("end")
        if isinstance(end, int):
            units = f"units {first + 1:,} to {end:,}: {mass(end - first)}"
            return [(key, units), ("  where", place_in_words(str(value.get("place"))))]
    return [(key, ""), *((f"  {name}", said) for name, said in _fields("", value))]


def mass(quantity_kg: int) -> str:
    """Return a mass in both units: 5362983 is "5,362,983 kg (5,362.983 t)"."""
    whole, part = divmod(abs(quantity_kg), 1000)
    sign = "-" if quantity_kg < 0 else ""
    return f"{quantity_kg:,} kg ({sign}{whole:,}.{part:03d} t)"


def place_in_words(place: str) -> str:
    """Return where units are, in words; what is no place is returned as it is."""
    kind, slash, name = place.partition("/")
    return f"{PLACES[kind]} {name}" if slash and kind in PLACES else place


def _fields(above: str, value: Mapping[str, Json]) -> list[tuple[str, str]]:
    """Return the fields in order, those of objects inside by their path."""
    lines: list[tuple[str, str]] = []
    for name, part in sorted(value.items()):
        path = f"{above}{name}"
        if isinstance(part, dict):
            lines += _fields(f"{path}.", part)
        elif isinstance(part, list):
            lines.append((path, ", ".join(_said(name, one) for one in part) or "none"))
        else:
            lines.append((path, _said(name, part)))
    return lines


def _said(name: str, value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _number(name, value)
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "; ".join(f"{path} {said}" for path, said in _fields("", value))
    return place_in_words(value) if isinstance(value, str) else str(value)


def _number(name: str, value: int) -> str:
    if name.endswith("_kg"):
        return mass(value)
    if name.endswith("_at_us"):
        moment = datetime.fromtimestamp(value / 1_000_000, tz=UTC).astimezone(CHINA)
        return f"{moment:%Y-%m-%d %H:%M:%S} UTC+8"
    if name.endswith("_m2"):
        return f"{value:,} m²"
    return f"{value:,}" if name.endswith(("_fen", "_kg_max")) else str(value)
