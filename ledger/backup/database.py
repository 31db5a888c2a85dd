"""The databases of a registry, copied at one moment while others write, and put back.

SQLite: both files are copied inside one reading transaction, which begins while the write lock is
held, so that no order can have reached one file and not the other. In WAL mode writers go on at
once. With a rollback journal they wait until the copy is done (a second or so per gigabyte); who
waits longer than the busy timeout is told that nothing was recorded.

PostgreSQL: `pg_dump` reads the snapshot of one transaction, which also says size and root.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, text

from ledger import store
from ledger.backup.contents import BackupError
from ledger.books.projection import StoredBooks
from ledger.database.postgres import create_audit_engine
from ledger.database.sqlite import BUSY_TIMEOUT_MS, create_read_engine, journal_mode
from ledger.database.tables import VAULT
from ledger.settings import Settings
from ledger.store import Head

LEDGER_FILE: Final = "ledger.db"
VAULT_FILE: Final = "vault.db"
DUMP_FILE: Final = "ledger.pgdump"


def dump(settings: Settings, folder: Path) -> tuple[str, Head]:
    """Copy the databases of a registry into a folder; return the log's origin and head then.

    Raises:
        BackupError: they cannot be read, or the registry is not open yet.
    """
    if settings.postgres_url is not None:
        return _dump_postgres(settings.postgres_url, folder / DUMP_FILE)
    try:
        _copy_sqlite(settings, folder)
    except sqlite3.Error as error:
        raise BackupError(f"{settings.database} cannot be copied: {error}") from error
    engine = create_read_engine(folder / LEDGER_FILE, folder / VAULT_FILE)
    try:
        with engine.connect() as connection:
            return _said(connection)
    finally:
        engine.dispose()


def put_back(folder: Path, settings: Settings) -> None:
    """Make the databases of a registry from a backup; there must be none.

    Raises:
        BackupError: PostgreSQL's own program says no.
    """
    if settings.postgres_url is not None:
        _restore_postgres(settings.postgres_url, folder / DUMP_FILE)
        return
    # Not `copy_file`: the restored database is written to, its time says nothing.
    for name, target in ((LEDGER_FILE, settings.database), (VAULT_FILE, settings.vault)):
        shutil.copyfile(folder / name, target)
        target.chmod(0o600)


def put_back_vault(folder: Path, settings: Settings) -> None:
    """Put only the private records back, beside a ledger that was made anew.

    Raises:
        BackupError: PostgreSQL's own program says no.
    """
    if settings.postgres_url is not None:
        parts = ["--data-only", f"--schema={VAULT}"]
        _restore_postgres(settings.postgres_url, folder / DUMP_FILE, *parts)
        return
    shutil.copyfile(folder / VAULT_FILE, settings.vault)
    settings.vault.chmod(0o600)


def _copy_sqlite(settings: Settings, folder: Path) -> None:
    with (
        closing(_opened(settings)) as holding,
        closing(_opened(settings)) as reading,
    ):
        holding.execute("BEGIN IMMEDIATE")
        reading.execute("BEGIN")
        # What is read first fixes the moment, in each of the two files.
        reading.execute("SELECT count(*) FROM main.sqlite_schema, vault.sqlite_schema").fetchone()
        if journal_mode() == "WAL":
            holding.execute("ROLLBACK")
        for schema, name in (("main", LEDGER_FILE), (VAULT, VAULT_FILE)):
            (folder / name).touch(mode=0o600)
            with closing(sqlite3.connect(folder / name)) as copy:
                reading.backup(copy, name=schema)


def _opened(settings: Settings) -> sqlite3.Connection:
    connection = sqlite3.connect(
        settings.database, timeout=BUSY_TIMEOUT_MS / 1_000, isolation_level=None
    )
    connection.execute(f"ATTACH DATABASE ? AS {VAULT}", (str(settings.vault),))
    return connection


def _said(connection: Connection) -> tuple[str, Head]:
    row = StoredBooks.inside(connection).row("registry")
    if row is None:
        raise BackupError("the registry is not open yet; there is nothing to back up")
    return str(row["origin"]), store.read_head(connection)


def _dump_postgres(url: str, target: Path) -> tuple[str, Head]:
    engine = create_audit_engine(url)
    try:
        with engine.connect() as connection:
            said = _said(connection)
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            target.touch(mode=0o600)
            options = ["--format=custom", "--no-owner", "--no-privileges"]
            _run("pg_dump", url, *options, f"--snapshot={snapshot}", f"--file={target}")
            return said
    finally:
        engine.dispose()


def _restore_postgres(url: str, source: Path, *parts: str) -> None:
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    _run("pg_restore", url, *options, *parts, str(source))


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; its words can be read by everybody on this machine."""
    address: dict[str, Any] = conninfo_to_dict(url)
    password = address.pop("password", None)
    environment = os.environ | ({} if password is None else {"PGPASSWORD": str(password)})
    command = [f"--dbname={make_conninfo(**address)}", *arguments]
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"this machine lacks {program}: install PostgreSQL's client programs")
    done = subprocess.run(  # noqa: S603 # PostgreSQL's own, no shell
        [path, *command], capture_output=True, check=False, env=environment
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{program}: {said[-1] if said else f'exit code {done.returncode}'}")
