"""Reading records: accounts, parcels, projects, reports and so on. Never who is behind one."""

from typing import Any

from fastapi import APIRouter, Response

from api.deps import CursorDep, LimitDep, ReadingDep, RegistryDep
from api.problems import NotFoundError
from api.routes.pages_of import page_of_rows
from contracts.values import account_place
from ledger.books.projection import StoredBooks

router = APIRouter(prefix="/v1", tags=["records"])


def row_of(books: StoredBooks, key: str) -> dict[str, Any]:
    """Return a row.

    Raises:
        NotFoundError: there is none.
    """
    value = books.row(key)
    if value is None:
        raise NotFoundError(key)
    return dict(value)


@router.get("/registry")
def read_registry(registry: RegistryDep, reading: ReadingDep) -> dict[str, Any]:
    """Return what entry 0 says of the registry, and the rule set in force."""
    row = row_of(reading.books, "registry")
    return {
        **row,
        "rules": row_of(reading.books, "rules/active")["hash"],
        "entries": reading.head.size,
        "read_only_reason": registry.read_only_reason,
    }


@router.get("/accounts/{account}")
def read_account(account: str, reading: ReadingDep) -> dict[str, Any]:
    """Return an account: its type and what it holds by batch, oldest first."""
    row = row_of(reading.books, f"acct/{account}")
    held: dict[str, int] = {}
    for block in reading.books.in_place(account_place(account)):
        held[block.batch] = held.get(block.batch, 0) + block.quantity_kg
    return {
        "id": account,
        "type": row["type"],
        "dual_control": row["dual_control"],
        "ets_covered": row["ets_covered"],
        "affiliated": row["affiliated"],
        "opened_at_us": row["opened_at_us"],
        "balance_kg": sum(held.values()),
        "holdings": [{"batch": batch, "quantity_kg": kg} for batch, kg in held.items()],
    }


@router.get("/parcels/{parcel}")
def read_parcel(parcel: str, reading: ReadingDep) -> dict[str, Any]:
    """Return a parcel's public facts, and its generalised outline once published."""
    row = row_of(reading.books, f"parcel/{parcel}")
    outline = reading.books.row(f"outline/{parcel}")
    return {"id": parcel, **row, "outline": dict(outline) if outline else None}


@router.get("/projects")
def list_projects(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of projects by number."""
    return page_of_rows(reading.books, "project/", cursor, limit, response)


@router.get("/projects/{number}")
def read_project(number: str, reading: ReadingDep) -> dict[str, Any]:
    """Return a project."""
    return {"id": number, **row_of(reading.books, f"project/{number}")}


@router.get("/reports")
def list_reports(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of monitoring reports by number: what was measured and how it stands."""
    return page_of_rows(reading.books, "report/", cursor, limit, response)


@router.get("/reports/{report}")
def read_report(report: str, reading: ReadingDep) -> dict[str, Any]:
    """Return a monitoring report."""
    return {"id": report, **row_of(reading.books, f"report/{report}")}


@router.get("/losses")
def list_losses(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of declared losses, oldest first: what is covered, owed and impaired."""
    return page_of_rows(reading.books, "loss/", cursor, limit, response)


@router.get("/losses/{loss}")
def read_loss(loss: str, reading: ReadingDep) -> dict[str, Any]:
    """Return a declared loss."""
    return {"id": loss, **row_of(reading.books, f"loss/{loss}")}


@router.get("/holdings")
def list_holdings(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of statements of holdings: what accounts held when somebody asked."""
    return page_of_rows(reading.books, "holding/", cursor, limit, response)


@router.get("/holdings/{holding}")
def read_holding(holding: str, reading: ReadingDep) -> dict[str, Any]:
    """Return a statement of holdings."""
    return {"id": holding, **row_of(reading.books, f"holding/{holding}")}


@router.get("/parameters")
def list_parameters(
    reading: ReadingDep, response: Response, cursor: CursorDep = "", limit: LimitDep = 100
) -> list[dict[str, Any]]:
    """Return a page of published factors and parameters with their sources."""
    return page_of_rows(reading.books, "param/", cursor, limit, response)
