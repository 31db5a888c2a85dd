"""What drafting reads from an open registry: published parameters, neighbouring parcels."""

from api.inputs.factors import FactorRow, from_param_row
from contracts.lookup import integer_of
from contracts.values import Row
from ledger.books.projection import PAGE_ROWS
from ledger.history import History
from ledger.land import spatial
from ledger.land.geometry import ParcelGeometry
from ledger.registry import Registry

_PREFIX = "param/"


def parameter_rows(registry: Registry) -> tuple[FactorRow, ...]:
    """Return the published parameters as they stand in the log."""
    books, found, after = registry.books(), list[FactorRow](), ""
    while True:
        page = books.rows_under(_PREFIX, after=after)
        found.extend(from_param_row(key, value) for key, value in page)
        if len(page) < PAGE_ROWS:
            return tuple(found)
        after = page[-1][0]


def parameter_rows_before(registry: Registry, seq: int) -> tuple[FactorRow, ...]:
    """Return the published parameters as they stood just before an entry."""
    history, found = History(connect=registry.reader.connect), dict[str, Row]()
    for kind in ("parameters.publish", "parameters.confirm"):
        for row in history.rows_of(kind, before=seq):
            earlier = found.get(row.key)
            if earlier is None or _written(earlier) <= _written(row):
                found[row.key] = row
    return tuple(from_param_row(key, found[key].value) for key in sorted(found))


def _written(row: Row) -> int:
    """Return the entry that wrote a parameter's row: its confirmation, else its publication."""
    confirmed = row.value["confirmed_seq"]
    return integer_of(row.value, "published_seq" if confirmed is None else "confirmed_seq")


def overlaps_with(registry: Registry, geometry: ParcelGeometry) -> tuple[tuple[str, int], ...]:
    """Return (parcel id, m²) of registered parcels that a polygon overlaps, by parcel id."""
    with registry.reader.connect() as connection:
        found = spatial.neighbours(connection, geometry)
    return tuple((near.parcel_id, near.overlap_m2) for near in found)
