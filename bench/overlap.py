"""Overlap check under the lock: how long `neighbours` takes among 100,000 registered parcels.

The register is a made-up grid over Baotou in which every parcel shares all its edges with its
four neighbours, 8 to 28 points each. The parcels asked about are ordinary ones (a grid cell drawn
anew), large ones (600 points, over more than 400 registered parcels) and detailed ones (5,000
points, the most a record may have, over some forty). Each is asked three times and the fastest
counts, because other work on the machine is not what is measured.
"""

import math
import statistics
import time
from collections.abc import Iterator
from json import dumps
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from ledger.land.polygon import ParcelGeometry, parse_parcel, record_bytes
from ledger.land.spatial import Neighbour, add_parcel, create_index, neighbours

COLUMNS: Final = 400
ROWS: Final = 250
WEST_UDEG: Final = 109_300_000
SOUTH_UDEG: Final = 40_300_000
WIDTH_UDEG: Final = 5_250
HEIGHT_UDEG: Final = 9_600
ORDINARY: Final = 100
ROUND: Final = 50
LARGE: Final = (80_000, 600)
DETAILED: Final = (24_000, 5_000)
REPEATS: Final = 3
LIMIT_MS: Final = 20.0

Point = tuple[int, int]
Edge = list[Point]


class Grid:
    """Jittered corners and the points between them; neighbours share both."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._corners: dict[Point, Point] = {}
        self._edges: dict[tuple[Point, Point], Edge] = {}

    def cell(self, column: int, row: int) -> ParcelGeometry:
        """Return the parcel of one cell."""
        lower, upper = self.edge((column, row), (column + 1, row)), (column, row + 1)
        right = self.edge((column + 1, row), (column + 1, row + 1))
        top = self.edge(upper, (column + 1, row + 1))
        left = self.edge((column, row), upper)
        ring = [*lower[:-1], *right[:-1], *top[:0:-1], *left[:0:-1]]
        return parse_parcel(_record(ring))

    def edge(self, start: Point, end: Point) -> Edge:
        """Return the points from one grid corner to the next, both ends included."""
        if (start, end) not in self._edges:
            (x, y), (end_x, end_y) = self._corner(start), self._corner(end)
            count = self._random.randint(1, 6)
            between = [
                (
                    x + (end_x - x) * index // (count + 1) + self._random.randint(-150, 150),
                    y + (end_y - y) * index // (count + 1) + self._random.randint(-150, 150),
                )
                for index in range(1, count + 1)
            ]
            self._edges[start, end] = [(x, y), *between, (end_x, end_y)]
        return self._edges[start, end]

    def _corner(self, at: Point) -> Point:
        if at not in self._corners:
            self._corners[at] = (
                WEST_UDEG + at[0] * WIDTH_UDEG + self._random.randint(-900, 900),
                SOUTH_UDEG + at[1] * HEIGHT_UDEG + self._random.randint(-1_500, 1_500),
            )
        return self._corners[at]


def run() -> dict[str, object]:
    """Build the register and measure; return one benchmark as a JSON object."""
    random = Random(2026)  # a fixed sequence: the same register in every run
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'ledger.db'}", poolclass=NullPool)
        with engine.connect() as connection:
            path = str(Path(folder) / "vault.db")
            connection.execute(text("ATTACH DATABASE :path AS vault"), {"path": path})
            began = time.perf_counter()
            points = _fill(connection, Grid(random))
            build_s = time.perf_counter() - began
            groups = {
                "ordinary": [_timed(connection, asked) for asked in _cells(random)],
                "large": [_timed(connection, asked) for asked in _rounds(random, *LARGE)],
                "detailed": [_timed(connection, asked) for asked in _rounds(random, *DETAILED)],
            }
    slowest_ms = max(milliseconds for group in groups.values() for milliseconds, _ in group)
    return {
        "name": "overlap",
        "ratio": round(slowest_ms / LIMIT_MS, 3),
        "against": f"{LIMIT_MS:.0f} ms per check among 100,000 registered parcels; slowest of 200",
        "figures": {
            "parcels": COLUMNS * ROWS,
            "points_mean": round(points / (COLUMNS * ROWS), 1),
            "build_s": round(build_s, 1),
            **{name: _summary(group) for name, group in groups.items()},
        },
    }


def _fill(connection: Connection, grid: Grid) -> int:
    create_index(connection)
    points = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            geometry = grid.cell(column, row)
            points += geometry.vertex_count
            add_parcel(connection, f"p{row:03}{column:03}", geometry, record_bytes(geometry))
    connection.commit()
    return points


def _cells(random: Random) -> Iterator[ParcelGeometry]:
    for _ in range(ORDINARY):
        yield Grid(random).cell(random.randrange(COLUMNS), random.randrange(ROWS))


def _rounds(random: Random, radius_udeg: int, points: int) -> Iterator[ParcelGeometry]:
    for _ in range(ROUND):
        lon = WEST_UDEG + random.randint(radius_udeg, COLUMNS * WIDTH_UDEG - radius_udeg)
        lat = SOUTH_UDEG + random.randint(radius_udeg, ROWS * HEIGHT_UDEG - radius_udeg)
        ring = []
        for index in range(points):
            angle = 2 * math.pi * index / points
            reach = radius_udeg * (0.95 + 0.05 * math.sin(9 * angle)) + random.randint(-20, 0)
            ring.append(
                (lon + round(reach * math.cos(angle)), lat + round(reach * math.sin(angle)))
            )
        yield parse_parcel(_record(ring))


def _timed(connection: Connection, geometry: ParcelGeometry) -> tuple[float, int]:
    times_ms = []
    found: tuple[Neighbour, ...] = ()
    for _ in range(REPEATS):
        began = time.perf_counter()
        found = neighbours(connection, geometry)
        times_ms.append((time.perf_counter() - began) * 1_000)
    return min(times_ms), len(found)


def _summary(measured: list[tuple[float, int]]) -> dict[str, float]:
    times_ms = sorted(milliseconds for milliseconds, _ in measured)
    counts = [count for _, count in measured]
    return {
        "median_ms": round(statistics.median(times_ms), 2),
        "p95_ms": round(times_ms[len(times_ms) * 95 // 100], 2),
        "max_ms": round(times_ms[-1], 2),
        "overlaps_mean": round(statistics.mean(counts), 1),
        "overlaps_max": max(counts),
    }


def _record(ring: list[Point]) -> dict[str, object]:
    return {"crs": "EPSG:4490", "polygons": [[[list(point) for point in ring]]]}


def main(*, json: bool) -> None:
    """Run and print: one JSON object for machines, or one line for people."""
    result = run()
    print(dumps(result) if json else f"{result['name']}: {result['ratio']} of {result['against']}")
