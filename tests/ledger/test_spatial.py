"""The spatial index: finds every overlap, agrees with a plain loop, and names damaged rows."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from ledger.land.geometry import overlap_m2
from ledger.land.polygon import ParcelGeometry, record_bytes
from ledger.land.spatial import (
    Neighbour,
    add_parcel,
    check,
    create_index,
    neighbours,
    rebuild_boxes,
)
from tests.support.geometries import parcel, random_star, rectangle


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.db'}", poolclass=NullPool)
    with engine.connect() as opened:
        opened.execute(text("ATTACH DATABASE :path AS vault"), {"path": str(tmp_path / "vault.db")})
        create_index(opened)
        opened.commit()
        yield opened


def register(connection: Connection, **geometries: ParcelGeometry) -> None:
    for parcel_id, geometry in geometries.items():
        add_parcel(connection, parcel_id, geometry, record_bytes(geometry))


def test_creating_the_index_twice_keeps_what_is_there(connection: Connection) -> None:
    register(connection, a=parcel(rectangle(1_000, 1_000)))
    create_index(connection)
    assert len(neighbours(connection, parcel(rectangle(1_000, 1_000)))) == 1


def test_finds_what_a_loop_over_all_parcels_finds(connection: Connection) -> None:
    random = Random(1)  # a fixed sequence
    registered = {f"p{index:03}": parcel(random_star(random, 8_000)) for index in range(120)}
    register(connection, **registered)
    for _ in range(40):
        asked = parcel(random_star(random, 3_000))
        shared = {name: overlap_m2(asked, other) for name, other in registered.items()}
        assert neighbours(connection, asked) == tuple(
            Neighbour(parcel_id=name, overlap_m2=area)
            for name, area in sorted(shared.items())
            if area > 0
        )


def test_parcels_that_share_edges_or_corners_are_no_neighbours(connection: Connection) -> None:
    register(
        connection,
        east=parcel(rectangle(1_000, 1_000, east=1_000, north=200)),
        corner=parcel(rectangle(1_000, 1_000, east=-1_000, north=-1_000)),
        far=parcel(rectangle(1_000, 1_000, east=9_000)),
    )
    assert neighbours(connection, parcel(rectangle(1_000, 1_000))) == ()
    assert neighbours(connection, parcel(rectangle(1_001, 1_000))) == (
        Neighbour(parcel_id="east", overlap_m2=8),
    )


def test_boxes_are_exact_where_floats_of_32_bits_would_round(connection: Connection) -> None:
    # 110,120,001 needs 27 bits; a plain R*Tree would widen the box and hide a wrong one.
    register(connection, odd=parcel(rectangle(1_001, 1_003, east=1, north=1)))
    stored = connection.execute(text("SELECT * FROM side_parcel_box")).one()
    assert tuple(stored) == (1, 110_120_001, 110_121_002, 40_980_001, 40_981_004)


def test_a_new_parcel_is_seen_in_its_transaction_and_gone_after_rollback(
    connection: Connection,
) -> None:
    asked = parcel(rectangle(500, 500))
    register(connection, first=parcel(rectangle(1_000, 1_000)))
    assert [found.parcel_id for found in neighbours(connection, asked)] == ["first"]
    connection.rollback()
    assert neighbours(connection, asked) == ()
    assert check(connection) == ()


def test_refuses_a_second_polygon_for_a_parcel(connection: Connection) -> None:
    register(connection, one=parcel(rectangle(1_000, 1_000)))
    with pytest.raises(IntegrityError):
        register(connection, one=parcel(rectangle(2_000, 2_000)))


def test_boxes_are_rebuilt_from_the_polygons_alone(connection: Connection) -> None:
    random = Random(2)  # a fixed sequence
    register(connection, **{f"p{index}": parcel(random_star(random)) for index in range(30)})
    before = connection.execute(text("SELECT * FROM side_parcel_box ORDER BY id")).all()
    connection.execute(text("DELETE FROM side_parcel_box WHERE id > 3"))
    connection.execute(text("UPDATE side_parcel_box SET max_lon = max_lon + 7 WHERE id = 2"))
    connection.execute(text("UPDATE side_parcel_box_node SET data = zeroblob(9)"))

    assert rebuild_boxes(connection) == 30
    assert connection.execute(text("SELECT * FROM side_parcel_box ORDER BY id")).all() == before
    assert check(connection) == ()


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        pytest.param(
            "UPDATE side_parcel_box SET max_lat = max_lat + 1 WHERE id = 2",
            "side_polygon/b: box does not follow from the record",
            id="box",
        ),
        pytest.param(
            "DELETE FROM side_parcel_box WHERE id = 2", "side_polygon/b: no box", id="no-box"
        ),
        pytest.param(
            "INSERT INTO side_parcel_box VALUES (77, 1, 2, 1, 2)",
            "side_parcel_box/77: no polygon",
            id="orphan",
        ),
        pytest.param(
            "UPDATE vault.side_polygon SET area_m2 = area_m2 + 1 WHERE parcel = 'b'",
            "side_polygon/b: area_m2 does not follow from the record",
            id="area",
        ),
        pytest.param(
            "UPDATE vault.side_polygon SET wkb = zeroblob(93) WHERE parcel = 'b'",
            "side_polygon/b: wkb does not follow from the record",
            id="shape",
        ),
        pytest.param(
            "UPDATE vault.side_polygon SET record = x'7b7d' WHERE parcel = 'b'",
            "side_polygon/b: record: not a polygon record",
            id="record",
        ),
        pytest.param(
            "UPDATE side_parcel_box_node SET data = zeroblob(length(data))",
            "side_parcel_box: ",
            id="tree",
        ),
    ],
)
def test_names_a_damaged_row(connection: Connection, damage: str, named: str) -> None:
    register(
        connection,
        a=parcel(rectangle(1_000, 1_000)),
        b=parcel(rectangle(1_000, 1_000, east=2_000)),
        c=parcel(rectangle(1_000, 1_000, east=4_000)),
    )
    assert check(connection) == ()
    connection.execute(text(damage))
    assert check(connection)[0].startswith(named)
