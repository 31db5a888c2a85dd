"""The bounding boxes of parcels in an index of each database: exact integers, no rounding.

SQLite has an R-tree of 32-bit integers. PostgreSQL indexes two integer ranges by GiST; a range is
half-open, so boxes that only touch do not meet, on either.
"""

from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    column,
    func,
    inspect,
    table,
    text,
)

from ledger.database.engine import is_postgres
from ledger.land.polygon import Bounds

NAME: Final = "side_parcel_box"

boxes: Final = table(
    NAME,
    column("id", Integer),
    column("min_lon", Integer),
    column("max_lon", Integer),
    column("min_lat", Integer),
    column("max_lat", Integer),
)

# rtree_i32 keeps 32-bit integers exactly; the plain rtree would round them to floats.
_SQLITE: Final = (
    """
CREATE VIRTUAL TABLE IF NOT EXISTS main.side_parcel_box
USING rtree_i32(id, min_lon, max_lon, min_lat, max_lat)
""",
)
_POSTGRES: Final = (
    """
CREATE TABLE side_parcel_box (
  id bigint PRIMARY KEY,
  min_lon integer NOT NULL, max_lon integer NOT NULL,
  min_lat integer NOT NULL, max_lat integer NOT NULL
)
""",
    """
CREATE INDEX side_parcel_box_ranges ON side_parcel_box
USING gist (int4range(min_lon, max_lon), int4range(min_lat, max_lat))
""",
)


def create_boxes(connection: Connection) -> None:
    """Create the index where it is missing."""
    if is_postgres(connection) and inspect(connection).has_table(NAME):
        return
    for statement in _POSTGRES if is_postgres(connection) else _SQLITE:
        connection.execute(text(statement))


def drop_boxes(connection: Connection) -> None:
    """Drop the index, however damaged."""
    connection.execute(text(f"DROP TABLE IF EXISTS {NAME}"))


def touching(connection: Connection, bounds: Bounds) -> ColumnElement[bool]:
    """Return the condition that a box shares area with these bounds."""
    west, south, east, north = bounds
    if is_postgres(connection):
        # Spelt as the index is, or it would not be used.
        return and_(
            func.int4range(boxes.c.min_lon, boxes.c.max_lon).op("&&")(func.int4range(west, east)),
            func.int4range(boxes.c.min_lat, boxes.c.max_lat).op("&&")(func.int4range(south, north)),
        )
    return and_(
        boxes.c.min_lon < east,
        boxes.c.max_lon > west,
        boxes.c.min_lat < north,
        boxes.c.max_lat > south,
    )


def tree_faults(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong with its tree; PostgreSQL checks its pages by checksum."""
    if is_postgres(connection):
        return []
    verdict = connection.execute(text(f"SELECT rtreecheck('main', '{NAME}')")).scalar_one()
    return [] if verdict == "ok" else str(verdict).splitlines()
