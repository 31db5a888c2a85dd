"""The private records of another vault, taken in beside a ledger that was imported or rebuilt.

Each must open what the ledger commits to, so the file may come from anywhere. It is not enough to
copy it: the boxes by which overlaps are found lie beside the ledger, and are made here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, IntegrityError

from contracts.values import Row
from ledger import store, vault
from ledger.books.projection import StoredBooks
from ledger.database.engine import take_time
from ledger.database.sqlite import create_read_engine
from ledger.intake.envelope import PrivateRecord
from ledger.land.polygon import GeometryError
from ledger.log.canonical import NotCanonicalError, parse_canonical
from ledger.registry import Registry
from ledger.vault import RECORD_BYTES_MAX, Opening


class VaultImportError(Exception):
    """A vault cannot be taken in; the text names the first bad record. Nothing was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """How many records of each kind were taken in, and how many the ledger still lacks."""

    orgs: int
    persons: int
    parcels: int
    missing_orgs: int
    missing_parcels: int


def import_vault(registry: Registry, path: Path) -> TakenIn:
    """Take in what a vault holds and the registry lacks.

    All or nothing: one transaction, in which nothing else is recorded. If we crash on the way, the
    registry is as it was; what it holds already is left alone, so this may be run again.

    Args:
        registry: Where to; its ledger holds the commitments.
        path: The `vault.db` of a registry on SQLite, or of its backup; nobody writes to it.

    Raises:
        VaultImportError: the registry is empty, the file is no vault, or a record does not fit.
    """
    row = registry.books().row("registry")
    if row is None:
        raise VaultImportError("the registry is empty; import or rebuild its ledger first")
    source = create_read_engine(Path(":memory:"), path)
    taken = Counter[str]()
    try:
        with registry.writer.begin() as connection, source.connect() as reading:
            take_time(connection)
            store.lock_head(connection)
            for key, opening in _read(reading, path):
                taken[key.partition("/")[0]] += _take(connection, key, opening, str(row["origin"]))
            return TakenIn(
                orgs=taken["org"],
                persons=taken["person"],
                parcels=taken["parcel"],
                missing_orgs=vault.missing_orgs(connection),
                missing_parcels=vault.missing_polygons(connection),
            )
    finally:
        source.dispose()


def _read(reading: Connection, path: Path) -> Iterator[tuple[str, Opening]]:
    try:
        yield from vault.openings(reading)
    except DatabaseError as error:
        raise VaultImportError(f"{path} is no whole vault ({error.orig})") from error


def _take(connection: Connection, key: str, opening: Opening, origin: str) -> bool:
    committed = StoredBooks.inside(connection).row(key)
    for fault in vault.faults_of(opening, committed, origin):
        raise VaultImportError(f"{key}: {fault}")
    if committed is None or not vault.is_absent(connection, key):
        return False
    kind = key.partition("/")[0]
    try:
        record = PrivateRecord(
            kind="polygon" if kind == "parcel" else kind,
            commitment=opening.commitment,
            salt=opening.salt,
            record=parse_canonical(opening.record, size_max=RECORD_BYTES_MAX),
            record_bytes=opening.record,
        )
        vault.keep(connection, [record], [Row(key, committed)])
    except (NotCanonicalError, GeometryError) as error:
        raise VaultImportError(f"{key}: {error}") from error
    except IntegrityError as error:
        raise VaultImportError(f"{key}: the registry holds a part of it already") from error
    return True
