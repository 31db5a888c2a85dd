"""A newer SQLite under the production code: apsw behind the few names that Python's sqlite3 has.

SQLAlchemy takes any module that looks like sqlite3. This one brings its own SQLite library, and
opens every file through a VFS of ours (`vfs`), so that a test sees and decides each step.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import apsw

from tests.support.power_cut.vfs import VFS_NAME

Row = tuple[Any, ...]

KINDS: tuple[tuple[type[Exception], type[sqlite3.Error]], ...] = (
    (apsw.ConstraintError, sqlite3.IntegrityError),
    (apsw.CorruptError, sqlite3.DatabaseError),
    (apsw.NotADBError, sqlite3.DatabaseError),
    (apsw.BindingsError, sqlite3.ProgrammingError),
    (apsw.ConnectionClosedError, sqlite3.ProgrammingError),
    (apsw.Error, sqlite3.OperationalError),
)
"""What sqlite3 would raise instead; the first that fits."""


@contextmanager
def as_sqlite3() -> Iterator[None]:
    """Raise what sqlite3 would raise, with the code of SQLite beside it."""
    try:
        yield
    except apsw.Error as error:
        [kind, *_] = [kind for ours, kind in KINDS if isinstance(error, ours)]
        told = kind(str(error))
        told.sqlite_errorcode = getattr(error, "extendedresult", -1)
        told.sqlite_errorname = type(error).__name__
        raise told from error


class Cursor:
    """The results of one statement, fetched at once: the production code reads whole pages."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.cursor = connection.cursor()
        self.cursor.exec_trace = self._describe
        self.description: Any = None
        self.rowcount, self.arraysize = -1, 1
        self.rows: Iterator[Row] = iter(())

    @property
    def lastrowid(self) -> int:
        """The rowid inserted last."""
        return int(self.cursor.connection.last_insert_rowid())

    def _describe(self, cursor: apsw.Cursor, _sql: str, _given: object) -> bool:
        columns = cursor.get_description()
        self.description = tuple((c[0], *[None] * 6) for c in columns) or None
        return True

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        """Run a statement."""
        self.description = None
        with as_sqlite3():
            rows = list(self.cursor.execute(sql, parameters))
        self._count(self.cursor.connection.changes() if self.description is None else -1, rows)
        return self

    def executemany(self, sql: str, many: Iterable[Sequence[Any]]) -> "Cursor":
        """Run a statement once for each."""
        before = self.cursor.connection.total_changes()
        with as_sqlite3():
            rows = list(self.cursor.executemany(sql, many))
        self._count(self.cursor.connection.total_changes() - before, rows)
        return self

    def _count(self, changed: int, rows: list[Row]) -> None:
        self.rowcount, self.rows = changed, iter(rows)

    def fetchone(self) -> Row | None:
        """Return the next row."""
        return next(self.rows, None)

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return some rows."""
        wanted = range(self.arraysize if size is None else size)
        return [row for _, row in zip(wanted, self.rows, strict=False)]

    def fetchall(self) -> list[Row]:
        """Return all rows."""
        return list(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return self.rows

    def close(self) -> None:
        """Let the statement go."""
        self.cursor.close(force=True)


class Connection:
    """A connection in autocommit, as `isolation_level = None` makes one of sqlite3."""

    def __init__(self, path: str) -> None:
        self.isolation_level: str | None = None
        with as_sqlite3():
            self.apsw = apsw.Connection(path, vfs=VFS_NAME)

    def cursor(self, *_factory: object) -> Cursor:
        """Return a cursor."""
        return Cursor(self.apsw)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run a statement with a cursor of its own."""
        return self.cursor().execute(sql, parameters)

    def create_function(
        self, name: str, count: int, function: Callable[..., Any], *, deterministic: bool = False
    ) -> None:
        """Let SQL call a function."""
        self.apsw.create_scalar_function(name, function, count, deterministic=deterministic)

    def commit(self) -> None:
        """Commit what is open."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """Roll back what is open."""
        self._end("ROLLBACK")

    def _end(self, how: str) -> None:
        if self.apsw.in_transaction:
            self.execute(how)

    def close(self) -> None:
        """Close; what was not committed is rolled back."""
        self.apsw.close(force=True)


def connect(database: str, **_given: object) -> Connection:
    """Open a database."""
    return Connection(database)


apilevel, paramstyle, threadsafety = "2.0", "qmark", 1
sqlite_version: str = apsw.sqlite_lib_version()
sqlite_version_info = tuple(int(part) for part in sqlite_version.split("."))
PARSE_DECLTYPES = PARSE_COLNAMES = 0
Binary = memoryview
Error, Warning = sqlite3.Error, sqlite3.Warning  # noqa: A001  # the names of PEP 249
InterfaceError, DatabaseError = sqlite3.InterfaceError, sqlite3.DatabaseError
DataError, OperationalError = sqlite3.DataError, sqlite3.OperationalError
IntegrityError, InternalError = sqlite3.IntegrityError, sqlite3.InternalError
ProgrammingError, NotSupportedError = sqlite3.ProgrammingError, sqlite3.NotSupportedError
