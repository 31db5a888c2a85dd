"""The two PostgreSQL engines: one that writes, one that reads; neither waits for ever.

Three clocks bound every wait. The server ends a statement, a wait for a lock, and a transaction
whose node has stopped speaking (so a node that froze while it held the head cannot stop the
others). The client closes a connection that does not answer, which a dead network needs. And a
caller may set one deadline for a whole transaction.

The address is handed to libpq as it stands, so it may name several hosts and everything else that
libpq knows; writers look for the primary among them by themselves.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.pool import NullPool, QueuePool

CONNECT_S: Final = 3
CONNECT_EACH_S: Final = 2
"""How long the only host may take to connect, or each of several: libpq knows no limit in all."""

ANSWER_S: Final = 6.0
"""How long the client waits for one answer; longer than the server takes to give up."""

POOL_WAIT_S: Final = 5
WRITERS: Final = 4
READERS: Final = 8

_LIMITS: Final = {
    "statement_timeout": "4s",
    "lock_timeout": "4s",
    "idle_in_transaction_session_timeout": "5s",
}
_KEEPALIVE: Final = {
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "6000",
}


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when its server does not answer in time.

    Attributes:
        answer_s: How long to wait for one answer; nothing to wait as long as it takes.
        until: A deadline on the monotonic clock that no wait goes past.
        warnings: What the server said beside its answers since this was emptied, NOTICEs left out.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.answer_s: float | None = ANSWER_S
        self.until: float | None = None
        self.warnings: list[str] = []
        self.add_notice_handler(self._hear)

    def _hear(self, said: psycopg.errors.Diagnostic) -> None:
        if said.severity_nonlocalized != "NOTICE":
            self.warnings.append(f"{said.sqlstate}: {said.message_primary}")

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer, but not for ever.

        Raises:
            psycopg.OperationalError: the server does not answer; the connection is closed.
        """
        limits = [limit for limit in (timeout, self.answer_s) if limit is not None]
        if self.until is not None:
            limits.append(max(0.0, self.until - time.monotonic()))
        if not limits:
            return super().wait(gen, interval)
        began, longest = time.monotonic(), min(limits)
        try:
            return super().wait(gen, interval, longest)
        except psycopg.OperationalError:
            if time.monotonic() - began >= longest:
                # What the server does with the statement is not known any more.
                self.close()
            raise


def create_write_engine(url: str, *, isolation_level: str = "READ COMMITTED") -> Engine:
    """Return an engine that decides and appends; any number of nodes may have one.

    Args:
        url: As libpq takes it, postgresql://….
        isolation_level: The ledger is right at each; the lowest makes nobody begin again.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=_connecting(url, {"target_session_attrs": "read-write"}, {}),
        poolclass=QueuePool,
        pool_size=WRITERS,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        isolation_level=isolation_level,
        use_native_hstore=False,
        hide_parameters=True,
    )
    event.listen(engine, "checkout", _forget)
    return engine


def _forget(connection: object, _record: object, _proxy: object) -> None:
    """Begin anew on a connection from the pool: the last user's deadline is not the next one's."""
    if isinstance(connection, BoundedConnection):
        connection.answer_s, connection.until = ANSWER_S, None
        connection.warnings.clear()


def create_read_engine(url: str, *, replica: bool = False) -> Engine:
    """Return an engine for reading: every statement by itself.

    Args:
        url: As libpq takes it.
        replica: A server that is behind the primary will do.
    """
    return create_engine(
        "postgresql+psycopg://",
        creator=_connecting(
            url,
            {"target_session_attrs": "any" if replica else "read-write"},
            {"default_transaction_read_only": "on"},
        ),
        poolclass=QueuePool,
        pool_size=READERS,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=True,
        isolation_level="AUTOCOMMIT",
        use_native_hstore=False,
        hide_parameters=True,
    )


def create_audit_engine(url: str) -> Engine:
    """Return an engine for one long look: all statements of a connection see one moment."""
    limits = dict.fromkeys(_LIMITS, "0")
    engine = create_engine(
        "postgresql+psycopg://",
        creator=_connecting(url, {}, {"default_transaction_read_only": "on", **limits}),
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        use_native_hstore=False,
        hide_parameters=True,
    )
    event.listen(engine, "checkout", _wait_for_ever)
    event.listen(engine, "handle_error", _begin_again)
    return engine


def _wait_for_ever(connection: object, _record: object, _proxy: object) -> None:
    if isinstance(connection, BoundedConnection):
        connection.answer_s = None


def _begin_again(context: ExceptionContext) -> None:
    """Leave the aborted transaction: what cannot be read is noted, and the rest is read on."""
    if context.connection is not None and not context.is_disconnect:
        driver_of(context.connection).rollback()


def _connecting(
    url: str, defaults: dict[str, str], session: dict[str, str]
) -> Callable[[], BoundedConnection]:
    """Return what opens a connection; what the address itself says stands above our defaults."""
    given = conninfo_to_dict(url)
    several = "," in str(given.get("hostaddr") or given.get("host") or "")
    connect_s = CONNECT_EACH_S if several else CONNECT_S
    options: dict[str, Any] = {"connect_timeout": connect_s, **_KEEPALIVE, **defaults, **given}
    settings = {**_LIMITS, **session}
    prepare = "; ".join(f"SET {name} = '{value}'" for name, value in settings.items())

    def connect() -> BoundedConnection:
        connection = BoundedConnection.connect(**options, autocommit=True)
        connection.execute(prepare.encode())
        # An answer must mean that the commit is on disk, whatever the server's default is.
        connection.execute(
            b"SELECT set_config('synchronous_commit', 'on', false)"
            b" WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.autocommit = False
        return connection

    return connect


def driver_of(connection: Connection) -> BoundedConnection:
    """Return the driver's connection behind one of ours."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, BoundedConnection):
        raise TypeError(f"{type(driver).__name__} is no connection of this module")
    return driver


def take_time(connection: Connection) -> None:
    """Lift the limits until this transaction ends."""
    for name in _LIMITS:
        connection.execute(text(f"SET LOCAL {name} = 0"))
    driver_of(connection).answer_s = None


def holds(url: str, question: str) -> bool:
    """Ask a database one question that is answered by yes or no.

    Raises:
        sqlalchemy.exc.DBAPIError: it cannot be asked.
    """
    engine = create_read_engine(url)
    try:
        with engine.connect() as connection:
            return bool(connection.execute(text(question)).scalar_one())
    finally:
        engine.dispose()
