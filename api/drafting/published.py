"""What drafting reads from an open registry: published parameters, neighbouring parcels."""

from api.inputs.factors import FactorRow, from_param_row
from ledger import spatial
from ledger.geometry import ParcelGeometry
from ledger.projection import PAGE_ROWS
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


def overlaps_with(registry: Registry, geometry: ParcelGeometry) -> tuple[tuple[str, int], ...]:
    """Return (parcel id, m²) of registered parcels that a polygon overlaps, by parcel id."""
    with registry.reader.connect() as connection:
        found = spatial.neighbours(connection, geometry)
    return tuple((near.parcel_id, near.overlap_m2) for near in found)
