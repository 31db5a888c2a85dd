"""Writing many rows with few statements, on either database.

SQLite is in this process, so a statement per row costs little. PostgreSQL is not: it is given all
rows of a table at once, by COPY where they are new, and as arrays where they change what is there.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeVar

import psycopg
from sqlalchemy import (
    BigInteger,
    Connection,
    Delete,
    Insert,
    LargeBinary,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from ledger.database.columns import Bytewise, Whole
from ledger.database.engine import is_postgres
from ledger.database.postgres import driver_of

Values = dict[str, object]
_Insert = TypeVar("_Insert", postgresql.Insert, sqlite.Insert)

_COPIED_AS: Final[dict[type[TypeEngine[Any]], str]] = {
    Whole: "int8",
    Bytewise: "text",
    LargeBinary: "bytea",
}
_ARRAYS_OF: Final[dict[type[TypeEngine[Any]], type[TypeEngine[Any]]]] = {
    Whole: BigInteger,
    Bytewise: Text,
    LargeBinary: LargeBinary,
}


def insert_many(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that are new.

    Raises:
        sqlalchemy.exc.IntegrityError: one is there already.
    """
    if not rows:
        return
    if not is_postgres(connection):
        # The driver takes these rows as they are; SQLAlchemy would look at every value first.
        connection.exec_driver_sql(_inserting(table), list(rows))
        return
    statement, types = _copying(table)
    names = [column.name for column in table.columns]
    cursor = driver_of(connection).cursor()
    try:
        with cursor.copy(statement.encode()) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row([row[name] for name in names])
    except psycopg.Error as error:
        # Whoever uses SQLAlchemy's connection is told in SQLAlchemy's words.
        raise DBAPIError.instance(
            statement,
            None,
            error,
            psycopg.Error,
            connection_invalidated=driver_of(connection).closed,
        ) from error


def upsert_many(
    connection: Connection, table: Table, rows: Sequence[Values], *, added: str | None = None
) -> None:
    """Insert rows, or change those that are there.

    Args:
        connection: Inside a transaction.
        table: Its primary key says which row is which.
        rows: Whole rows, no two with one key.
        added: The column whose value is added to what is there; the others are replaced.
    """
    if not rows:
        return
    if is_postgres(connection):
        names = [column.name for column in table.columns]
        connection.execute(_upserting(table, added), _arrays(names, rows))
        return
    connection.execute(_or_update(sqlite.insert(table), table, added), rows)


def delete_many(connection: Connection, table: Table, keys: Sequence[Values]) -> None:
    """Delete the rows of these primary keys."""
    if not keys:
        return
    if is_postgres(connection):
        names = [column.name for column in table.primary_key]
        connection.execute(_deleting(table), _arrays(names, keys))
        return
    columns = list(table.primary_key)
    wanted = (column == bindparam(f"gone_{column.name}") for column in columns)
    gone = [{f"gone_{name}": value for name, value in key.items()} for key in keys]
    connection.execute(delete(table).where(*wanted), gone)


@cache
def _inserting(table: Table) -> str:
    return str(insert(table).compile(dialect=SQLiteDialect_pysqlite(paramstyle="named")))


@cache
def _copying(table: Table) -> tuple[str, list[str]]:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f"COPY {table.fullname} ({columns}) FROM STDIN (FORMAT BINARY)"
    return statement, [_COPIED_AS[type(column.type)] for column in table.columns]


@cache
def _upserting(table: Table, added: str | None) -> Insert:
    names = [column.name for column in table.columns]
    given = select(*_unnested(table, names).columns)
    return _or_update(postgresql.insert(table), table, added).from_select(names, given)


def _or_update(new: _Insert, table: Table, added: str | None) -> _Insert:
    """Let an insert change the rows that are there."""
    changed = {
        column.name: column + new.excluded[column.name]
        if column.name == added
        else new.excluded[column.name]
        for column in table.columns
        if not column.primary_key
    }
    keys = list(table.primary_key.columns)
    return new.on_conflict_do_update(index_elements=keys, set_=changed)


@cache
def _deleting(table: Table) -> Delete:
    keys = list(table.primary_key)
    given = _unnested(table, [key.name for key in keys])
    return delete(table).where(*(key == given.columns[key.name] for key in keys))


def _unnested(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """Return rows that arrive as one array a column."""
    arrays = (
        bindparam(name, type_=ARRAY(_ARRAYS_OF[type(table.columns[name].type)])) for name in names
    )
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()


def _arrays(names: Sequence[str], rows: Sequence[Values]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}
