"""Audit of the database files themselves: pages, indexes, schema, and types of stored values."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    column,
    event,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)

from ledger.audit.findings import Findings
from ledger.audit.schema_postgres import check_schema
from ledger.database.engine import is_postgres
from ledger.database.migrations import migrate
from ledger.database.postgres import create_audit_engine
from ledger.database.side_tables import SIDE_METADATA
from ledger.database.sqlite import create_read_engine, create_write_engine
from ledger.database.tables import LOG_METADATA, VAULT, VIEW_METADATA
from ledger.land import spatial
from ledger.replay.rebuild import create_projections
from ledger.settings import Settings

_MEMORY: Final = Path(":memory:")
_STORED_AS: Final = {"INTEGER": "integer", "TEXT": "text", "BLOB": "blob"}
_NAMED_MAX: Final = 20
_MISSING_FROM_INDEX: Final = re.compile(r"row (\d+) missing from index (\S+)")
_TABLES: Final = {
    checked.name: checked
    for metadata in (LOG_METADATA, VIEW_METADATA, SIDE_METADATA)
    for checked in metadata.sorted_tables
}

SchemaItem = tuple[str, str, str, str, str]


@contextmanager
def audit_connection(settings: Settings) -> Iterator[Connection]:
    """Open the databases for an audit: nothing is written, and no text fails to decode."""
    if settings.postgres_url is not None:
        yield from _one_moment(create_audit_engine(settings.postgres_url))
        return
    vault = settings.vault if settings.vault.exists() else _MEMORY
    engine = create_read_engine(settings.database, vault)
    event.listen(engine, "connect", _decode_anything)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _one_moment(engine: Engine) -> Iterator[Connection]:
    """Lend a connection whose statements all see the ledger as it stood at the first of them."""
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _decode_anything(connection: sqlite3.Connection, _record: object) -> None:
    connection.text_factory = lambda data: data.decode(errors="surrogateescape")


def check_databases(connection: Connection, settings: Settings, findings: Findings) -> None:
    """Check pages and indexes by SQLite's own check, and the schema against the program's."""
    if is_postgres(connection):
        check_schema(connection, findings)
        return
    for schema, path in (("main", settings.database), (VAULT, settings.vault)):
        with findings.reading(path.name):
            for (line,) in connection.execute(text(f"PRAGMA {schema}.integrity_check")).all():
                if line != "ok":
                    findings.add(_subject(connection, schema, line) or path.name, str(line))
        with findings.reading(path.name):
            stored = _schema(connection, schema)
            expected = {item for item in _expected_schema() if item[0] == schema}
            for item in sorted(expected - stored):
                findings.add(f"{path.name} {item[2]}", f"{item[1]} is missing or altered")
            for item in sorted(stored - expected):
                findings.add(f"{path.name} {item[2]}", f"{item[1]} is not part of the schema")


def _subject(connection: Connection, schema: str, line: str) -> str | None:
    """Return the table and key that a line of SQLite's check is about, if it is about a row."""
    found = _MISSING_FROM_INDEX.fullmatch(line)
    if found is None:
        return None
    master = table("sqlite_master", column("name"), column("tbl_name"), schema=schema)
    owner = select(master.c.tbl_name).where(master.c.name == found[2])
    checked = _TABLES.get(connection.execute(owner).scalar_one_or_none() or "")
    if checked is None:
        return None
    key = select(*checked.primary_key).where(_rowid(checked) == int(found[1]))
    row = connection.execute(key).one_or_none()
    return None if row is None else _named(checked, row)


def _rowid(checked: Table) -> ColumnElement[int]:
    return literal_column(f"{checked.fullname}.rowid")


def _named(checked: Table, key: Iterable[object]) -> str:
    return f"{checked.name} {'/'.join(str(part) for part in key)}"


def _schema(connection: Connection, schema: str) -> set[SchemaItem]:
    columns: list[ColumnElement[str]] = [
        column(name) for name in ("type", "name", "tbl_name", "sql")
    ]
    rows = connection.execute(select(*columns).select_from(table("sqlite_master", schema=schema)))
    return {
        # SQLite writes a renamed table's name in quotes; that is no difference.
        (
            schema,
            str(row[0]),
            str(row[1]),
            str(row[2]),
            " ".join(str(row[3]).replace('"', "").split()),
        )
        for row in rows
    }


@cache
def _expected_schema() -> frozenset[SchemaItem]:
    """Return the schema that this program creates, read from a database in memory."""
    engine = create_write_engine(_MEMORY, _MEMORY)
    try:
        with engine.begin() as connection:
            migrate(connection)
            spatial.create_index(connection)
            create_projections(connection)
            return frozenset(_schema(connection, "main") | _schema(connection, VAULT))
    finally:
        engine.dispose()


def check_types(connection: Connection, checked: Table, findings: Findings) -> bool:
    """Check that every value has its column's type, so that it can be read as what it is."""
    if is_postgres(connection):
        return True  # The server keeps no other.
    before = len(findings.items)
    rowid = _rowid(checked)
    with findings.reading(checked.name):
        wrong = or_(*(_is_misfit(connection, part) for part in checked.columns))
        lost_key = or_(*(_is_misfit(connection, part) for part in checked.primary_key))
        statement = select(rowid, lost_key).select_from(checked).where(wrong).limit(_NAMED_MAX)
        for number, is_lost in connection.execute(statement).all():
            key = select(*checked.primary_key).where(rowid == number)
            where = (
                f"{checked.name} rowid {number}"
                if is_lost
                else _named(checked, connection.execute(key).one())
            )
            findings.add(where, "a value has another type than its column")
    return len(findings.items) == before


def _is_misfit(connection: Connection, part: Column[Any]) -> ColumnElement[bool]:
    return func.typeof(part) != _STORED_AS[str(part.type.compile(connection.dialect))]
