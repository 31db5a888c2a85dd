"""What a witness remembers: the logs it knows, and the largest tree of each that it has cosigned.

One SQLite file of its own (ADR-0018), which knows nothing of registries. Every change is one
transaction that takes the write lock before it reads, so that "is this the size I cosigned last?"
and "now I have cosigned that one" cannot be parted by another thread or process. A trigger refuses
a smaller size, and another root at the same size, whoever asks.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import NoteError, Vkey, parse_note, parse_vkey
from ledger.log.witness_wire import origin_hash

BUSY_TIMEOUT_S: Final = 10
PAST_KEPT: Final = 64
"""How many cosigned notes of a log are kept, the latest among them."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS log (
    origin TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, vkeys TEXT NOT NULL, url TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS latest (
    origin TEXT PRIMARY KEY REFERENCES log, size INTEGER NOT NULL, root BLOB NOT NULL,
    at_s INTEGER NOT NULL, note BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS past (
    origin TEXT NOT NULL REFERENCES log, size INTEGER NOT NULL, note BLOB NOT NULL,
    PRIMARY KEY (origin, size)
) STRICT;
CREATE TRIGGER IF NOT EXISTS latest_never_goes_back BEFORE UPDATE ON latest
WHEN new.size < old.size OR (new.size = old.size AND new.root <> old.root)
    OR new.at_s < old.at_s OR new.origin <> old.origin
BEGIN SELECT raise(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER IF NOT EXISTS latest_is_never_forgotten BEFORE DELETE ON latest
BEGIN SELECT raise(ABORT, 'a witness never forgets'); END;
"""


class WitnessStoreError(Exception):
    """The witness's file is missing or damaged, or a log cannot be added; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLog:
    """A log that the witness cosigns.

    Attributes:
        origin: Its name, which is the name of each of its keys.
        vkeys: Keys under which its checkpoints may be signed, at least one.
        url: Where its static files are, or nothing; a mirror fetches from there.
    """

    origin: str
    vkeys: tuple[Vkey, ...]
    url: str | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the origin in hex, as it stands in the addresses of witness and mirror."""
        return origin_hash(self.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """What was cosigned: the checkpoint, when (POSIX seconds), and the note with both parties."""

    checkpoint: Checkpoint
    at_s: int
    note: bytes


Decide = Callable[[Cosigned | None], Cosigned]
"""From what was cosigned last to what is cosigned now; raises to leave all as it is."""


class WitnessStore:
    """The witness's file; each call opens it anew, so that threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file, or complete an unfinished one; what it holds already stays.

        If we crash half-way the next call goes on: every statement is made only if needed.
        """
        self.path.touch(mode=0o600)
        with closing(self._open()) as connection:
            connection.executescript(_SCHEMA)

    def add_log(self, log: KnownLog) -> None:
        """Remember a log, or replace its keys and address; what was cosigned stays.

        Raises:
            WitnessStoreError: no key, or a key under another name than the origin.
        """
        if not log.vkeys or any(vkey.name != log.origin for vkey in log.vkeys):
            raise WitnessStoreError("a log needs at least one key, each named as its origin")
        values = (log.origin, log.hash, "\n".join(key.to_text() for key in log.vkeys), log.url)
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO log (origin, hash, vkeys, url) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (origin) DO UPDATE SET vkeys = excluded.vkeys, url = excluded.url",
                values,
            )

    def logs(self) -> tuple[KnownLog, ...]:
        """Return all logs, by origin."""
        with self._reading() as connection:
            rows = connection.execute("SELECT origin, vkeys, url FROM log ORDER BY origin")
            return tuple(_known_log(*row) for row in rows.fetchall())

    def log(self, origin: str) -> KnownLog | None:
        """Return the log of this origin, if it is known."""
        return self._find_log("SELECT origin, vkeys, url FROM log WHERE origin = ?", origin)

    def log_by_hash(self, digest: str) -> KnownLog | None:
        """Return the log whose origin has this SHA-256, if it is known."""
        return self._find_log("SELECT origin, vkeys, url FROM log WHERE hash = ?", digest)

    def latest(self, origin: str) -> Cosigned | None:
        """Return what was cosigned last, or nothing."""
        with self._reading() as connection:
            return read_latest(connection, origin)

    def past_note(self, origin: str, size: int) -> bytes | None:
        """Return the last note cosigned at a size, if it is among those still kept."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT note FROM past WHERE origin = ? AND size = ?", (origin, size)
            ).fetchone()
        return None if found is None else bytes(found[0])

    def replace(self, origin: str, decide: Decide) -> Cosigned:
        """Let `decide` see what was cosigned last, and keep what it says was cosigned now.

        `decide` runs under the write lock, and nothing that it has signed leaves this call before
        the commit is on disk. If we crash before the commit, the old tree stands and the
        cosignature is lost with this process; after it, the new tree stands and whoever asked asks
        again, is told the new size (409), and gets another cosignature on the same tree.

        Raises:
            Whatever `decide` raises.
            WitnessStoreError: the new tree is smaller, or has another root at the same size.
        """
        with self.transaction() as connection:
            new = decide(read_latest(connection, origin))
            _write_latest(connection, new)
        return new

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that holds the write lock; commit, or roll back on any failure."""
        with closing(self._open()) as connection:
            begin(connection)
            try:
                yield connection
                connection.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                raise WitnessStoreError(f"{self.path}: {error}") from error
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _find_log(self, statement: str, value: str) -> KnownLog | None:
        with self._reading() as connection:
            row = connection.execute(statement, (value,)).fetchone()
        return None if row is None else _known_log(*row)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(self._open()) as connection:
            yield connection

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise WitnessStoreError(f"{self.path} does not exist; run 'sinkledger witness init'")
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


def begin(connection: sqlite3.Connection) -> None:
    """Take the write lock before anything is read."""
    connection.execute("BEGIN IMMEDIATE")


def read_latest(connection: sqlite3.Connection, origin: str) -> Cosigned | None:
    """Return what was cosigned last for a log.

    Raises:
        WitnessStoreError: what is stored does not agree with itself.
    """
    found = connection.execute(
        "SELECT size, root, at_s, note FROM latest WHERE origin = ?", (origin,)
    ).fetchone()
    if found is None:
        return None
    size, root, at_s, note = found
    checkpoint = Checkpoint(origin=origin, size=size, root=root)
    try:
        agrees = parse_checkpoint(parse_note(note).text) == checkpoint
    except NoteError:
        agrees = False
    if not agrees:
        raise WitnessStoreError(f"what was cosigned for {origin} is damaged")
    return Cosigned(checkpoint=checkpoint, at_s=at_s, note=note)


def _write_latest(connection: sqlite3.Connection, new: Cosigned) -> None:
    origin, size, root = new.checkpoint.origin, new.checkpoint.size, new.checkpoint.root
    connection.execute(
        "INSERT INTO latest (origin, size, root, at_s, note) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, "
        "at_s = excluded.at_s, note = excluded.note",
        (origin, size, root, new.at_s, new.note),
    )
    connection.execute(
        "INSERT OR REPLACE INTO past (origin, size, note) VALUES (?, ?, ?)",
        (origin, size, new.note),
    )
    connection.execute(
        "DELETE FROM past WHERE origin = ?1 AND size NOT IN "
        "(SELECT size FROM past WHERE origin = ?1 ORDER BY size DESC LIMIT ?2)",
        (origin, PAST_KEPT),
    )


def _known_log(origin: str, vkeys: str, url: str | None) -> KnownLog:
    return KnownLog(
        origin=origin, vkeys=tuple(parse_vkey(text) for text in vkeys.split("\n")), url=url
    )
