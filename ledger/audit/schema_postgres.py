"""Audit of a PostgreSQL schema: columns, their order of text, keys, and the triggers on the log.

The server's own files are its own affair: pages carry checksums, which every read of the audit
compares. What is checked here is what a person with rights could have changed.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Table, UniqueConstraint, text

from ledger.audit.findings import Findings
from ledger.database.columns import Bytewise, Whole
from ledger.database.side_tables import SIDE_METADATA
from ledger.database.tables import LOG_METADATA, VAULT, VIEW_METADATA
from ledger.land.boxes import NAME as BOXES
from ledger.land.spatial import polygons

Described = set[tuple[Any, ...]]
"""What a table consists of: columns, keys and triggers, each as a tuple."""

_OURS: Final = ("log_", "side_", "view_")
_GUARD: Final = "BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = '42501'; END"
_CHANGES: Final = ("delete", "truncate", "update")
_TYPES: Final = {Whole: ("bigint", None), Bytewise: ("text", "C")}

_COLUMNS: Final = text(
    """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), o.collname,
  a.attnotnull
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v')
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN (current_schema(), :vault)
LEFT JOIN pg_collation o ON o.oid = a.attcollation
WHERE a.attnum > 0 AND NOT a.attisdropped
"""
)
_INDEXES: Final = text(
    """
SELECT n.nspname, c.relname, i.indisunique, i.indisvalid AND i.indisready,
  ARRAY(
    SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY AS k(number, position)
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number ORDER BY k.position
  )::text[]
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN (current_schema(), :vault)
WHERE i.indpred IS NULL
"""
)
_TRIGGERS: Final = text(
    """
SELECT n.nspname, c.relname, t.tgname, t.tgenabled IN ('O', 'A'), btrim(p.prosrc)
FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN (current_schema(), :vault)
WHERE NOT t.tgisinternal
"""
)


def check_schema(connection: Connection, findings: Findings) -> None:
    """Compare the stored schema with the one that this program makes."""
    with findings.reading("database"):
        stored = _stored(connection)
        expected = {name: set(parts) for name, parts in _expected()}
        for name in sorted(expected.keys() | stored.keys()):
            for part in sorted(expected.get(name, set()) - stored.get(name, set()), key=str):
                findings.add(name, f"{_named(part)} is missing or altered")
            for part in sorted(stored.get(name, set()) - expected.get(name, set()), key=str):
                findings.add(name, f"{_named(part)} is not part of the schema")


def _named(part: tuple[Any, ...]) -> str:
    return f"{part[0]} {part[1]}"


def _stored(connection: Connection) -> dict[str, Described]:
    found: dict[str, Described] = defaultdict(set)
    for kind, statement in (("column", _COLUMNS), ("index", _INDEXES), ("trigger", _TRIGGERS)):
        for schema, table, *rest in connection.execute(statement, {"vault": VAULT}):
            name = f"{VAULT}.{table}" if schema == VAULT else str(table)
            if not table.startswith(_OURS) or (name == BOXES and kind == "index"):
                continue
            if kind == "index":
                unique, sound, columns = rest
                found[name].add((kind, ", ".join(map(str, columns)), unique, sound))
            else:
                found[name].add((kind, *rest))
    return found


def _expected() -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    for metadata in (LOG_METADATA, VIEW_METADATA, SIDE_METADATA):
        for table in metadata.sorted_tables:
            yield table.fullname, _parts(table)
    yield polygons.fullname, _parts(polygons)
    yield BOXES, _box_parts()


def _parts(table: Table) -> Iterator[tuple[Any, ...]]:
    for column in table.columns:
        kind, order = _TYPES.get(type(column.type), ("bytea", None))
        yield ("column", column.name, kind, order, not column.nullable)
    yield ("index", ", ".join(column.name for column in table.primary_key), True, True)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield ("index", ", ".join(column.name for column in constraint.columns), True, True)
    for index in table.indexes:
        yield ("index", ", ".join(column.name for column in index.columns), False, True)
    if table.name.startswith("log_"):
        for change in _CHANGES:
            yield ("trigger", f"{table.name}_refuses_{change}", True, _GUARD)


def _box_parts() -> Iterator[tuple[Any, ...]]:
    yield ("column", "id", "bigint", None, True)
    for name in ("min_lon", "max_lon", "min_lat", "max_lat"):
        yield ("column", name, "integer", None, True)
