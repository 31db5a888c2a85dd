"""The spatial index of registered parcels: which of them a polygon overlaps, and by how much.

Boxes lie in the ledger's own database (`ledger.land.boxes`), so that an overlap is checked again
under the lock and a new parcel is seen by the next order of the same transaction. Polygons lie in
the vault. The caller owns the transaction; nothing here commits. If we crash between the commits of
SQLite's two files (in WAL mode), `check` names what is missing and `rebuild_boxes` restores the
boxes: they follow from the polygons alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Row,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.schema import CreateTable

from ledger.database.columns import Bytewise, Whole
from ledger.database.tables import VAULT
from ledger.land.boxes import boxes, create_boxes, drop_boxes, touching, tree_faults
from ledger.land.geodesy import Shape
from ledger.land.geometry import area_m2, overlaps_m2
from ledger.land.polygon import Bounds, GeometryError, ParcelGeometry, read_record, shape_of

PAGE_ROWS: Final = 1_000

polygons: Final = Table(
    "side_polygon",
    MetaData(),
    Column("parcel", Bytewise, primary_key=True),
    Column("box_id", Whole, unique=True, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("wkb", LargeBinary, nullable=False),
    Column("area_m2", Whole, nullable=False),
    schema=VAULT,
)
_NEXT_BOX_ID: Final = select(func.coalesce(func.max(polygons.c.box_id), 0) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A registered parcel and the area it shares with the polygon asked about."""

    parcel_id: str
    overlap_m2: int


def create_index(connection: Connection) -> None:
    """Create the polygon table in the vault and the boxes, where they are missing."""
    if not inspect(connection).has_table(polygons.name, schema=VAULT):
        connection.execute(CreateTable(polygons))
    create_boxes(connection)


def add_parcel(
    connection: Connection, parcel_id: str, geometry: ParcelGeometry, record: bytes
) -> None:
    """Keep a registered parcel's polygon.

    Args:
        connection: Inside the transaction that records the parcel.
        parcel_id: Not yet in the index.
        geometry: What `record` holds.
        record: The very bytes that the order's commitment was made over.

    Raises:
        sqlalchemy.exc.IntegrityError: the parcel has a polygon already.
    """
    box_id = connection.execute(_NEXT_BOX_ID).scalar_one()
    values = {"parcel": parcel_id, "box_id": box_id, "record": record}
    connection.execute(insert(polygons), values | _derived(geometry))
    # A crash between the commits of the two files may have left the box of a polygon that is lost.
    connection.execute(delete(boxes).where(boxes.c.id == box_id))
    connection.execute(insert(boxes), _box(box_id, geometry.bounds))


def neighbours(connection: Connection, geometry: ParcelGeometry) -> tuple[Neighbour, ...]:
    """Return the registered parcels that share area with a polygon, sorted by parcel id.

    Parcels that only touch it, or overlap by less than rounding (`ROUNDING_RADIUS_UDEG`), are
    left out.
    """
    near = connection.execute(
        select(polygons.c.parcel, polygons.c.wkb)
        .select_from(boxes.join(polygons, polygons.c.box_id == boxes.c.id))
        .where(touching(connection, geometry.bounds))
    ).all()
    if not near:
        return ()
    shapes = shapely.from_wkb(np.array([row.wkb for row in near], dtype=object))
    overlaps = overlaps_m2(shape_of(geometry), shapes)
    found = (
        Neighbour(parcel_id=row.parcel, overlap_m2=overlap)
        for row, overlap in zip(near, overlaps, strict=True)
        if overlap > 0
    )
    return tuple(sorted(found, key=lambda neighbour: neighbour.parcel_id))


def rebuild_boxes(connection: Connection) -> int:
    """Drop all boxes, however damaged, and write them anew from the records; return how many.

    Raises:
        GeometryError: a stored record is damaged. Stop; never repair it.
    """
    drop_boxes(connection)
    create_boxes(connection)
    count = 0
    for rows in _pages(connection):
        connection.execute(
            insert(boxes), [_box(row.box_id, read_record(row.record).bounds) for row in rows]
        )
        count += len(rows)
    return count


def check(connection: Connection) -> tuple[str, ...]:
    """Compare boxes, shapes and areas with the polygons' records.

    Returns:
        What is wrong, each as "side_polygon/<parcel>: …" or "side_parcel_box…: …"; empty when
        every row follows from its record. Boxes are not compared one by one if the tree itself
        is damaged. Whether a record is the one that was committed to is seen against the log.
    """
    damaged = tree_faults(connection)
    faults = [f"side_parcel_box: {fault}" for fault in damaged]
    for rows in _pages(connection):
        stored = None if damaged else _boxes_of(connection, rows)
        for row in rows:
            faults += [f"side_polygon/{row.parcel}: {fault}" for fault in _row_faults(row, stored)]
    if not damaged:
        orphans = select(boxes.c.id).where(boxes.c.id.not_in(select(polygons.c.box_id)))
        for box_id in connection.execute(orphans.order_by(boxes.c.id)).scalars():
            faults.append(f"side_parcel_box/{box_id}: no polygon")
    return tuple(faults)


def _pages(connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    last = ""
    while True:
        page = select(polygons).where(polygons.c.parcel > last)
        rows = connection.execute(page.order_by(polygons.c.parcel).limit(PAGE_ROWS)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].parcel


def _boxes_of(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, Bounds]:
    of_page = select(boxes).where(boxes.c.id.in_([row.box_id for row in rows]))
    return {
        box.id: (box.min_lon, box.min_lat, box.max_lon, box.max_lat)
        for box in connection.execute(of_page)
    }


def _row_faults(row: Row[Any], stored: dict[int, Bounds] | None) -> Iterator[str]:
    try:
        geometry = read_record(row.record)
    except GeometryError as error:
        yield f"record: {error}"
        return
    for name, value in _derived(geometry).items():
        if getattr(row, name) != value:
            yield f"{name} does not follow from the record"
    if stored is None:
        return
    if row.box_id not in stored:
        yield "no box"
    elif stored[row.box_id] != geometry.bounds:
        yield "box does not follow from the record"


def _derived(geometry: ParcelGeometry) -> dict[str, bytes | int]:
    return {"wkb": _wkb(shape_of(geometry)), "area_m2": area_m2(geometry)}


def _wkb(shape: Shape) -> bytes:
    # Byte order and flavour are named, so that the bytes are the same on every machine.
    return bytes(shapely.to_wkb(shape, byte_order=1, flavor="iso"))


def _box(box_id: object, bounds: Bounds) -> dict[str, object]:
    west, south, east, north = bounds
    return {"id": box_id, "min_lon": west, "max_lon": east, "min_lat": south, "max_lat": north}
