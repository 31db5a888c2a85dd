r"""Private records: kept apart from the log, which holds only salted commitments to them.

    commitment = SHA-256("<origin>/commit/v1\n" || 32-byte salt || canonical record)

Whoever erases a record and its salt leaves a commitment that says nothing any more. Never read by
rules. The caller owns the transaction; nothing here commits.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, func, insert, select
from sqlalchemy import Row as RowOf

from contracts.values import Row, Value
from ledger.database.side_tables import side_org, side_person, side_polygon_salt
from ledger.database.tables import view_row
from ledger.intake.envelope import PrivateRecord
from ledger.land import spatial
from ledger.land.geometry import parse_parcel
from ledger.log.entry import Entry

COMMIT_DOMAIN: Final = "/commit/v1\n"
RECORD_BYTES_MAX: Final = 65_536
"""An envelope is not longer, so no record is."""

PAGE_ROWS: Final = 1_000


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


def faults_of(opening: Opening, committed: Value | None, origin: str) -> Iterator[str]:
    """Say how a private record does not fit the row that commits to it; nothing if it does."""
    if committed is None:
        yield "the log knows no such subject"
    elif committed.get("commitment") != opening.commitment:
        yield "commitment is not the one in the log"
    if commitment(origin, opening.salt, opening.record) != opening.commitment:
        yield "salt and record do not open the commitment"


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
        keep(connection, private, [row for row in rows if is_absent(connection, row.key)])


def is_absent(connection: Connection, key: str) -> bool:
    """Say whether a row may have a private record and there is none here."""
    kind, _, subject = key.partition("/")
    return kind in _STORED and _opened(connection, kind, subject) is None


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
    return _opened(connection, "org", org)


def person_opening(connection: Connection, person: str) -> Opening | None:
    """Return a person's private record; nothing if it was never given or was erased."""
    return _opened(connection, "person", person)


def polygon_opening(connection: Connection, parcel: str) -> Opening | None:
    """Return a parcel's polygon record; nothing if it was erased."""
    return _opened(connection, "parcel", parcel)


def openings(connection: Connection) -> Iterator[tuple[str, Opening]]:
    """Yield all private records that are here, each with the key of the row that commits to it."""
    for kind, stored in _STORED.items():
        for row in connection.execute(stored.execution_options(yield_per=PAGE_ROWS)):
            yield f"{kind}/{row[0]}", _read(row)


def _opened(connection: Connection, kind: str, subject: str) -> Opening | None:
    stored = _STORED[kind]
    asked = stored.where(stored.selected_columns[0] == subject)
    row = connection.execute(asked).one_or_none()
    return None if row is None else _read(row)


def _read(row: RowOf[Any]) -> Opening:
    return Opening(commitment=row.commitment, salt=row.salt, record=row.record)


_ORG, _PERSON, _SALT, _POLYGON = (
    table.c for table in (side_org, side_person, side_polygon_salt, spatial.polygons)
)
_STORED: Final[dict[str, Select[Any]]] = {
    "org": select(_ORG.org, _ORG.commitment, _ORG.salt, _ORG.record),
    "person": select(_PERSON.person, _PERSON.commitment, _PERSON.salt, _PERSON.record),
    "parcel": select(_SALT.parcel, _SALT.commitment, _SALT.salt, _POLYGON.record).join(
        spatial.polygons, _POLYGON.parcel == _SALT.parcel
    ),
}
