"""One transaction brought to a known end: committed, not committed, or honestly unknown.

A COMMIT can fail to answer: the connection breaks around it, the server ends the session, or the
wait for the standby is cut short, which PostgreSQL reports as success with a warning. Then nobody
may guess. The connection is thrown away and the same work is done once more on a fresh one: it
begins by looking each order up by (actor, nonce) under the lock of the head, so what was recorded
is answered with its entry, and only what was not is recorded now. A backend that is still busy with
the first attempt holds that lock; we wait for it, and not for ever.

An answer stands on a commit that is on disk here and on the standby. So work that only looked
things up leaves a trace in the write-ahead log, whose commit waits for both.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ledger import store
from ledger.database.engine import is_postgres
from ledger.database.postgres import driver_of
from ledger.database.tables import view_head
from ledger.log.entry import Entry
from ledger.store import HeadMovedError, TamperedError

Result = TypeVar("Result")

FIRST_S: Final = 5.0
OUTCOME_S: Final = 9.5
"""When the first attempt, and when everything, is over; a caller is answered within ten seconds."""

_FSYNC: Final = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)
_AGAIN: Final = ("40001", "40P01")
"""Serialization failure and deadlock: the transaction is rolled back, whoever was faster."""


class OutcomeUnknownError(Exception):
    """Whether the orders were recorded cannot be said now. Send the same orders again."""


class _DoubtError(Exception):
    """A commit has not answered with a plain yes or no."""


def settled(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Do work in one transaction and commit it; do it once more where the commit is in doubt.

    Args:
        engine: A write engine.
        work: What to do; it looks up under the head's lock what was recorded before.

    Raises:
        HeadMovedError: another node was faster; nothing is recorded, begin again.
        OutcomeUnknownError: the commit's outcome could not be found out in time.
        sqlalchemy.exc.SQLAlchemyError: the database failed before the commit, or no connection was
            free; nothing is recorded.
    """
    began = time.monotonic()
    try:
        return _attempt(engine, work, until=began + FIRST_S)
    except _DoubtError as error:
        doubt: Exception = error
    except OperationalError as error:
        if not error.connection_invalidated:
            raise
        # A connection out of the pool was dead: the transaction never came to its commit.
        return _once_more(engine, work, began)
    try:
        return _attempt(engine, work, until=began + OUTCOME_S, trace=True)
    except TamperedError:
        raise
    except Exception as error:
        # Whatever ends this attempt, the first one may have recorded something.
        raise OutcomeUnknownError(f"{doubt}; looking it up: {error}") from error


def _once_more(engine: Engine, work: Callable[[Connection], Result], began: float) -> Result:
    try:
        return _attempt(engine, work, until=began + OUTCOME_S)
    except _DoubtError as error:
        raise OutcomeUnknownError(str(error)) from error


def _attempt(
    engine: Engine, work: Callable[[Connection], Result], *, until: float, trace: bool = False
) -> Result:
    with engine.connect() as connection:
        if is_postgres(connection):
            driver_of(connection).until = until
        try:
            transaction = connection.begin()
            result = work(connection)
            if trace:
                leave_trace(connection)
        except DBAPIError as error:
            connection.rollback()
            _raise_if_overtaken(error)
            raise
        _commit(connection, transaction.commit)
        return result


def _commit(connection: Connection, commit: Callable[[], None]) -> None:
    """Commit, and let nothing pass that is not a plain success.

    If we crash in here, nobody was answered: the same orders are answered when they come again.
    """
    warnings = driver_of(connection).warnings if is_postgres(connection) else []
    warnings.clear()
    try:
        commit()
    except DBAPIError as error:
        if _is_definite(error):
            connection.rollback()
            _raise_if_overtaken(error)
            raise
        connection.invalidate(error)
        if getattr(error.orig, "sqlite_errorcode", None) in _FSYNC:
            # What this machine now reads may be on no disk, so nothing read can settle it.
            raise OutcomeUnknownError(f"the disk refused to keep a commit: {error.orig}") from error
        raise _DoubtError(f"the commit did not succeed: {error.orig}") from error
    if warnings:
        connection.invalidate()
        raise _DoubtError(f"the commit came back with a warning: {'; '.join(warnings)}")


def _is_definite(error: DBAPIError) -> bool:
    """Return whether a failed commit has surely recorded nothing."""
    if isinstance(error.orig, psycopg.Error):
        return error.orig.sqlstate in _AGAIN
    return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _raise_if_overtaken(error: DBAPIError) -> None:
    """Raise `HeadMovedError` where the database says in its own words that another was faster."""
    if not isinstance(error.orig, psycopg.Error):
        return
    constraint = error.orig.diag.constraint_name or ""
    twice = isinstance(error, IntegrityError) and constraint.startswith("log_")
    if error.orig.sqlstate in _AGAIN or twice:
        raise HeadMovedError(f"another node was faster: {error.orig}") from error


def leave_trace(connection: Connection) -> None:
    """Write something that changes nothing, so that the commit waits for disk and standby."""
    if is_postgres(connection):
        connection.execute(text("SELECT pg_logical_emit_message(true, 'sinkledger', '')"))
    else:
        connection.execute(update(view_head).values(id=view_head.c.id))


def read_back(engine: Engine, entries: Sequence[Entry]) -> None:
    """Compare what the database gives back with what was meant to be recorded.

    Raises:
        TamperedError: something else is there. Stop; never repair.
        OutcomeUnknownError: the database cannot be asked any more.
    """
    try:
        try:
            _compare(engine, entries)
        except OperationalError as error:
            if not error.connection_invalidated:
                raise
            _compare(engine, entries)
    except (OperationalError, PoolTimeoutError) as error:
        raise OutcomeUnknownError(f"committed, but not read back: {error}") from error


def _compare(engine: Engine, entries: Sequence[Entry]) -> None:
    first, end = entries[0].seq, entries[-1].seq + 1
    with engine.connect() as connection:
        for entry, content in zip(entries, store.read(connection, first, end), strict=True):
            if content != entry.content:
                raise TamperedError(f"entry {entry.seq} does not read back as it was written")
