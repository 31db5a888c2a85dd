"""The spatial index of registered parcels: which of them a polygon overlaps, and by how much.

Boxes lie in the ledger's own database, so that an overlap is checked again under the lock and a
new parcel is seen by the next order of the same transaction. Polygons lie in the attached vault.
The caller owns the transaction; nothing here commits. If we crash between the commits of the two
files (SQLite in WAL mode), `check` names what is missing and `rebuild_boxes` restores the boxes:
they follow from the polygons alone.

Only `_BOXES_DDL`, `_BOXES_DROP` and `_tree_faults` are SQLite's own; on PostgreSQL the boxes are
one `box` column with a GiST index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.schema import CreateTable

from ledger.land.geodesy import Shape
from ledger.land.geometry import area_m2, overlaps_m2
from ledger.land.polygon import Bounds, GeometryError, ParcelGeometry, read_record, shape_of

VAULT: Final = "vault"
PAGE_ROWS: Final = 1_000

polygons: Final = Table(
    "side_polygon",
    MetaData(),
    Column("parcel", Text, primary_key=True),
    Column("box_id", Integer, unique=True, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("wkb", LargeBinary, nullable=False),
    Column("area_m2", Integer, nullable=False),
    schema=VAULT,
)
boxes: Final = table(
    "side_parcel_box",
    column("id", Integer),
    column("min_lon", Integer),
    column("max_lon", Integer),
    column("min_lat", Integer),
    column("max_lat", Integer),
)

_NEXT_BOX_ID: Final = select(func.coalesce(func.max(polygons.c.box_id), 0) + 1)

# rtree_i32 keeps 32-bit integers exactly; the plain rtree would round them to floats.
_BOXES_DDL: Final = """
CREATE VIRTUAL TABLE IF NOT EXISTS main.side_parcel_box
USING rtree_i32(id, min_lon, max_lon, min_lat, max_lat)
"""
_BOXES_DROP: Final = "DROP TABLE IF EXISTS main.side_parcel_box"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A registered parcel and the area it shares with the polygon asked about."""

    parcel_id: str
    overlap_m2: int


def create_index(connection: Connection) -> None:
    """Create the polygon table in the attached vault and the boxes, where they are missing."""
    connection.execute(CreateTable(polygons, if_not_exists=True))
    connection.execute(text(_BOXES_DDL))


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
    west, south, east, north = geometry.bounds
    near = connection.execute(
        select(polygons.c.parcel, polygons.c.wkb)
        .select_from(boxes.join(polygons, polygons.c.box_id == boxes.c.id))
        .where(boxes.c.min_lon < east, boxes.c.max_lon > west)
        .where(boxes.c.min_lat < north, boxes.c.max_lat > south)
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
    connection.execute(text(_BOXES_DROP))
    connection.execute(text(_BOXES_DDL))
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
    tree_faults = _tree_faults(connection)
    faults = [f"side_parcel_box: {fault}" for fault in tree_faults]
    for rows in _pages(connection):
        stored = None if tree_faults else _boxes_of(connection, rows)
        for row in rows:
            faults += [f"side_polygon/{row.parcel}: {fault}" for fault in _row_faults(row, stored)]
    if not tree_faults:
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


def _tree_faults(connection: Connection) -> list[str]:
    verdict = connection.execute(text("SELECT rtreecheck('main', 'side_parcel_box')")).scalar_one()
    return [] if verdict == "ok" else str(verdict).splitlines()
