"""Audit of the private records: does what is kept open what the log committed to?

A record may be missing: it was never given, or it was erased. What is there must fit.
"""

from sqlalchemy import Connection, select

from ledger.audit.log_entries import LogAudit
from ledger.audit.schema import check_types
from ledger.database.side_tables import side_org, side_person, side_polygon_salt
from ledger.land import spatial
from ledger.log.canonical import NotCanonicalError, parse_canonical
from ledger.vault import RECORD_BYTES_MAX, Opening, faults_of


def check_vault(connection: Connection, audit: LogAudit) -> None:
    """Compare every private record with its commitment in the log."""
    findings, chain = audit.findings, audit.redecider.state.chain
    rows, origin = audit.redecider.state.books.rows, chain.origin
    tables = (side_org, side_person, side_polygon_salt, spatial.polygons)
    # What has another type than its column cannot even be read as what it should be.
    readable = [check_types(connection, table, findings) for table in tables]
    if not all(readable):
        return
    with findings.reading(side_org.name):
        for row in connection.execute(select(side_org)).all():
            where = f"side_org {row.org}"
            opened = Opening(commitment=row.commitment, salt=row.salt, record=row.record)
            for fault in faults_of(opened, rows.get(f"org/{row.org}"), origin):
                findings.add(where, fault)
            if _uscc_of(row.record) != row.uscc:
                findings.add(where, "uscc is not what the record says")
    with findings.reading(side_person.name):
        for row in connection.execute(select(side_person)).all():
            opened = Opening(commitment=row.commitment, salt=row.salt, record=row.record)
            for fault in faults_of(opened, rows.get(f"person/{row.person}"), origin):
                findings.add(f"side_person {row.person}", fault)
    _check_polygons(connection, audit)


def _check_polygons(connection: Connection, audit: LogAudit) -> None:
    findings, state = audit.findings, audit.redecider.state
    polygons, salts = spatial.polygons, side_polygon_salt
    columns = (polygons.c.parcel, polygons.c.record, salts.c.salt, salts.c.commitment)
    statement = select(*columns).outerjoin(salts, salts.c.parcel == polygons.c.parcel)
    with findings.reading(polygons.name):
        for row in connection.execute(statement).all():
            where = f"side_polygon {row.parcel}"
            if row.salt is None:
                findings.add(where, "has no salt")
                continue
            opened = Opening(commitment=row.commitment, salt=row.salt, record=row.record)
            committed = state.books.rows.get(f"parcel/{row.parcel}")
            for fault in faults_of(opened, committed, state.chain.origin):
                findings.add(where, fault)
    lone = select(salts.c.parcel).where(salts.c.parcel.not_in(select(polygons.c.parcel)))
    with findings.reading(salts.name):
        for parcel in connection.execute(lone).scalars().all():
            findings.add(f"side_polygon_salt {parcel}", "has no polygon")
    with findings.reading(polygons.name):
        for fault in spatial.check(connection):
            where, _, what = fault.partition(": ")
            findings.add(where.replace("/", " ", 1), what)


def _uscc_of(record: bytes) -> object:
    try:
        value = parse_canonical(record, size_max=RECORD_BYTES_MAX)
    except NotCanonicalError:
        return None
    return value.get("uscc") if isinstance(value, dict) else None
