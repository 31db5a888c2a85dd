"""Reading units: batches with their blocks, the life of any serial, retirements, supply."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from api.deps import CursorDep, LimitDep, ReadingDep
from api.problems import NotFoundError
from api.proving import units_of
from api.routes.pages_of import page_of_rows
from api.routes.records import row_of
from contracts.lookup import integer_of
from contracts.ranges import Range, serial_text
from contracts.v1.state_commit import LATEST
from ledger.history import PAGE_ROWS, Event

router = APIRouter(prefix="/v1", tags=["units"])
STATE_PROOF: Final = "/v1/state/proof"
SUPPLY_NAMES = ("held", "reserved", "pledged", "frozen", "buffer", "retired", "cancelled")


@router.get("/batches")
def list_batches(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of batches by id."""
    return page_of_rows(reading.books, "batch/", cursor, limit, response)


@router.get("/batches/{batch}")
def read_batch(
    batch: str,
    reading: ReadingDep,
    response: Response,
    cursor: Annotated[int, Query(ge=0, le=2**53 - 1, description="Blocks from this unit on.")] = 0,
    limit: LimitDep = 200,
) -> dict[str, Any]:
    """Return a batch, its supply by place, and a page of its blocks by number."""
    row = row_of(reading.books, f"batch/{batch}")
    blocks = reading.books.page_of_batch(batch, first=cursor, limit=limit)
    if len(blocks) == limit:
        response.headers["Link"] = f'<?cursor={blocks[-1].end}&limit={limit}>; rel="next"'
    return {
        "id": batch,
        **row,
        "supply": reading.books.supply(batch),
        "blocks": [
            {
                "first": block.first,
                "end": block.end,
                "place": block.place,
                "serial": serial_text(batch, Range(block.first, block.end)),
            }
            for block in blocks
        ],
    }


@router.get("/serials/{serial:path}")
def read_serial(
    serial: str,
    reading: ReadingDep,
    response: Response,
    after: Annotated[str, Query(pattern=r"^\d{1,16}-\d{1,3}$", max_length=20)] = "0-0",
) -> dict[str, Any]:
    """Return the whole life of a serial range, or of a single number written BATCH:N.

    A range is as on paper, with its check character: BATCH:FIRST-LAST/CHECK. Each block that holds
    some of it now leads to its `.state-proof` file, once a state has been committed.
    """
    batch, units = units_of(serial)
    if units.end > integer_of(row_of(reading.books, f"batch/{batch}"), "gross_kg"):
        raise NotFoundError(serial)
    proven = reading.books.row(LATEST) is not None
    seq, position = (int(part) for part in after.split("-"))
    start = (seq, position) if after != "0-0" else (-1, -1)
    events = reading.history.of_units(batch, units.first, units.end, after=start)
    if len(events) == PAGE_ROWS:
        last = f"{events[-1].seq}-{events[-1].position}"
        response.headers["Link"] = f'<?after={last}>; rel="next"'
    return {
        "batch": batch,
        "first": units.first,
        "end": units.end,
        "now": [
            {
                "first": block.first,
                "end": block.end,
                "place": block.place,
                "state_proof": f"{STATE_PROOF}?serial={batch}:{block.first + 1}"
                if proven
                else None,
            }
            for block in reading.books.blocks(batch, units.first, units.end)
        ],
        "life": [_event(event) for event in events],
    }


def _event(event: Event) -> dict[str, Any]:
    movement = event.movement
    return {
        "seq": event.seq,
        "position": event.position,
        "kind": event.kind,
        "at_us": event.at_us,
        "first": movement.first,
        "end": movement.end,
        "from": movement.source,
        "to": movement.target,
        "serial": serial_text(movement.batch, Range(movement.first, movement.end)),
    }


@router.get("/retirements")
def list_retirements(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of retirements, oldest first."""
    return page_of_rows(reading.books, "retire/", cursor, limit, response)


@router.get("/retirements/{retirement}")
def read_retirement(retirement: str, reading: ReadingDep) -> dict[str, Any]:
    """Return a retirement with its serial ranges."""
    row = row_of(reading.books, f"retire/{retirement}")
    moved = reading.history.of_entry(integer_of(row, "retired_seq"))
    return {"id": retirement, **row, "units": [_event(event) for event in moved]}


@router.get("/supply")
def read_supply(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> dict[str, Any]:
    """Return the supply identity, gross = held + … + cancelled, in kg: of all and by batch."""
    batches = reading.books.supply_by_batch(after=cursor, limit=limit)
    if len(batches) == limit:
        response.headers["Link"] = f'<?cursor={quote(max(batches))}&limit={limit}>; rel="next"'
    return {
        "entries": reading.head.size,
        **_identity(reading.books.supply()),
        "batches": [{"batch": batch, **_identity(kg)} for batch, kg in batches.items()],
    }


def _identity(supply: Mapping[str, int]) -> dict[str, Any]:
    parts = {name: supply.get(name, 0) for name in SUPPLY_NAMES}
    gross = supply.get("gross", 0)
    return {"gross": gross, **parts, "identity_holds": gross == sum(parts.values())}
