r"""Private records: kept apart from the log, which holds only salted commitments to them.

    commitment = SHA-256("<origin>/commit/v1\n" || 32-byte salt || canonical record)

Whoever erases a record and its salt leaves a commitment that says nothing any more. Never read by
rules. The caller owns the transaction; nothing here commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select

from contracts.values import Row
from ledger.database.side_tables import side_org, side_person, side_polygon_salt
from ledger.database.tables import view_row
from ledger.intake.envelope import PrivateRecord
from ledger.land import spatial
from ledger.land.geometry import parse_parcel
from ledger.log.entry import Entry

COMMIT_DOMAIN: Final = "/commit/v1\n"
RECORD_BYTES_MAX: Final = 65_536
"""An envelope is not longer, so no record is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens a commitment: the salt and the canonical bytes of the record."""

    commitment: str
    salt: bytes
    record: bytes


def commitment(origin: str, salt: bytes, record: bytes) -> str:
    """Return the commitment to a record, lowercase hex.

    Args:
        origin: Of the log that holds the commitment.
        salt: 32 random bytes, used once.
        record: Canonical bytes.
    """
    return sha256(f"{origin}{COMMIT_DOMAIN}".encode() + salt + record).hexdigest()


def org_of_uscc(connection: Connection, uscc: str) -> str | None:
    """Return the organisation that is registered under a 统一社会信用代码, or nothing."""
    statement = select(side_org.c.org).where(side_org.c.uscc == uscc)
    return connection.execute(statement).scalar_one_or_none()


def uscc_of_org(connection: Connection, org: str) -> str | None:
    """Return an organisation's 统一社会信用代码; nothing if its record is not here."""
    statement = select(side_org.c.uscc).where(side_org.c.org == org)
    return connection.execute(statement).scalar_one_or_none()


def missing_orgs(connection: Connection) -> int:
    """Return of how many organisations of the ledger there is no record here.

    Counts are enough: a record is kept only together with the row that commits to it. Under the
    lock too, where the rows of the batch are not written yet and their records are: while any is
    missing, the batch is given none.
    """
    # The registrar itself is an organisation of the books, without a commitment.
    registered = _rows_under(connection, "org") - 1
    return max(0, registered - _size(connection, side_org))


def missing_polygons(connection: Connection) -> int:
    """Return of how many parcels of the ledger there is no polygon here; see `missing_orgs`."""
    return max(0, _rows_under(connection, "parcel") - _size(connection, spatial.polygons))


def _rows_under(connection: Connection, kind: str) -> int:
    # The character after the slash ends the range of keys, which an index answers.
    inside = view_row.c.key.between(f"{kind}/", f"{kind}0")
    return connection.execute(select(func.count()).where(inside)).scalar_one()


def _size(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def keep(connection: Connection, private: Sequence[PrivateRecord], rows: Iterable[Row]) -> None:
    """Store the records that an accepted order's new rows commit to.

    Raises:
        sqlalchemy.exc.IntegrityError: the organisation's code is registered already.
    """
    by_commitment = {record.commitment: record for record in private}
    for row in rows:
        committed = row.value.get("commitment")
        record = by_commitment.get(committed) if isinstance(committed, str) else None
        kind, _, subject = row.key.partition("/")
        if record is not None and kind in _KEEPERS:
            _KEEPERS[kind](connection, subject, record)


def keep_again(connection: Connection, private: Sequence[PrivateRecord], entry: Entry) -> None:
    """Store the records of an order that was recorded before, where they are missing.

    In WAL mode a power cut can leave the ledger's half of a commit without the vault's. Nobody was
    told of that order yet: whoever asks again brings its records along.
    """
    if private:
        rows = (Row(row["key"], row["value"]) for row in entry.rows)
        keep(connection, private, [row for row in rows if _is_absent(connection, row.key)])


def _is_absent(connection: Connection, key: str) -> bool:
    kind, _, subject = key.partition("/")
    return kind in _OPENINGS and _OPENINGS[kind](connection, subject) is None


def _keep_org(connection: Connection, org: str, record: PrivateRecord) -> None:
    uscc = record.record.get("uscc") if isinstance(record.record, dict) else None
    values = {"org": org, "uscc": uscc, **_opening(record), "record": record.record_bytes}
    connection.execute(insert(side_org).values(values))


def _keep_person(connection: Connection, person: str, record: PrivateRecord) -> None:
    values = {"person": person, **_opening(record), "record": record.record_bytes}
    connection.execute(insert(side_person).values(values))


def _keep_parcel(connection: Connection, parcel: str, record: PrivateRecord) -> None:
    connection.execute(insert(side_polygon_salt).values(parcel=parcel, **_opening(record)))
    spatial.add_parcel(connection, parcel, parse_parcel(record.record), record.record_bytes)


_KEEPERS: Final = {"org": _keep_org, "person": _keep_person, "parcel": _keep_parcel}


def _opening(record: PrivateRecord) -> dict[str, object]:
    return {"commitment": record.commitment, "salt": record.salt}


def org_opening(connection: Connection, org: str) -> Opening | None:
    """Return an organisation's private record; nothing if it was never given or was erased."""
    return _read(connection, side_org, side_org.c.org.name, org)


def person_opening(connection: Connection, person: str) -> Opening | None:
    """Return a person's private record; nothing if it was never given or was erased."""
    return _read(connection, side_person, side_person.c.person.name, person)


def polygon_opening(connection: Connection, parcel: str) -> Opening | None:
    """Return a parcel's polygon record; nothing if it was erased."""
    polygons, salts = spatial.polygons, side_polygon_salt
    row = connection.execute(
        select(salts.c.commitment, salts.c.salt, polygons.c.record)
        .join(polygons, polygons.c.parcel == salts.c.parcel)
        .where(salts.c.parcel == parcel)
    ).one_or_none()
    return None if row is None else Opening(commitment=row[0], salt=row[1], record=row[2])


def _read(connection: Connection, table: Table, subject: str, value: str) -> Opening | None:
    statement = select(table.c.commitment, table.c.salt, table.c.record)
    row = connection.execute(statement.where(table.c[subject] == value)).one_or_none()
    return None if row is None else Opening(commitment=row[0], salt=row[1], record=row[2])


_OPENINGS: Final = {"org": org_opening, "person": person_opening, "parcel": polygon_opening}
