"""Looking rows up with their refusal, and reading typed fields out of rows."""

from datetime import date

from contracts.books import Books
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json, Value


class RowError(Exception):
    """A stored row does not have the shape that the rules wrote: damaged data. Stop."""


def registry(books: Books) -> Value:
    """Return the registry's own row.

    Raises:
        Refused: `REGISTRY_NOT_OPEN`.
    """
    row = books.row("registry")
    if row is None:
        raise Refused(RefusalCode.REGISTRY_NOT_OPEN)
    return row


def account(books: Books, account_id: str, *types: str) -> Value:
    """Return an account of one of the given types.

    Raises:
        Refused: `ACCOUNT_UNKNOWN`, `ACCOUNT_TYPE_WRONG`.
    """
    row = books.row(f"acct/{account_id}")
    if row is None:
        raise Refused(RefusalCode.ACCOUNT_UNKNOWN, account=account_id)
    if types and row["type"] not in types:
        raise Refused(RefusalCode.ACCOUNT_TYPE_WRONG, account=account_id, allowed=list(types))
    return row


def project(books: Books, number: str) -> Value:
    """Return a project.

    Raises:
        Refused: `PROJECT_UNKNOWN`.
    """
    row = books.row(f"project/{number}")
    if row is None:
        raise Refused(RefusalCode.PROJECT_UNKNOWN, project=number)
    return row


def parcel(books: Books, parcel_id: str) -> Value:
    """Return a parcel.

    Raises:
        Refused: `PARCEL_UNKNOWN`.
    """
    row = books.row(f"parcel/{parcel_id}")
    if row is None:
        raise Refused(RefusalCode.PARCEL_UNKNOWN, parcel=parcel_id)
    return row


def report(books: Books, report_id: str) -> Value:
    """Return a monitoring report.

    Raises:
        Refused: `REPORT_UNKNOWN`.
    """
    row = books.row(f"report/{report_id}")
    if row is None:
        raise Refused(RefusalCode.REPORT_UNKNOWN, report=report_id)
    return row


def claim(books: Books, claim_id: str) -> Value:
    """Return a claim.

    Raises:
        Refused: `CLAIM_UNKNOWN`.
    """
    row = books.row(f"claim/{claim_id}")
    if row is None:
        raise Refused(RefusalCode.CLAIM_UNKNOWN, claim=claim_id)
    return row


def loss(books: Books, loss_id: str) -> Value:
    """Return a declared loss.

    Raises:
        Refused: `LOSS_UNKNOWN`.
    """
    row = books.row(f"loss/{loss_id}")
    if row is None:
        raise Refused(RefusalCode.LOSS_UNKNOWN, loss=loss_id)
    return row


def text_of(row: Value, name: str) -> str:
    """Return a text field of a row."""
    value = row[name]
    if not isinstance(value, str):
        raise RowError(f"{name} is not a text")
    return value


def integer_of(row: Value, name: str) -> int:
    """Return a whole-number field of a row."""
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise RowError(f"{name} is not a whole number")
    return value


def object_of(row: Value, name: str) -> dict[str, Json]:
    """Return an object field of a row."""
    value = row[name]
    if not isinstance(value, dict):
        raise RowError(f"{name} is not an object")
    return value


def list_of(row: Value, name: str) -> list[Json]:
    """Return a list field of a row."""
    value = row[name]
    if not isinstance(value, list):
        raise RowError(f"{name} is not a list")
    return value


def texts_of(row: Value, name: str) -> list[str]:
    """Return a list-of-texts field of a row."""
    return [item for item in list_of(row, name) if isinstance(item, str)]


def objects_of(row: Value, name: str) -> list[dict[str, Json]]:
    """Return a list-of-objects field of a row."""
    return [item for item in list_of(row, name) if isinstance(item, dict)]


def date_of(row: Value, name: str) -> date:
    """Return a date field of a row."""
    return date.fromisoformat(text_of(row, name))


def period_of(row: Value, name: str) -> tuple[date, date]:
    """Return a {"start", "end"} field of a row."""
    period = object_of(row, name)
    return date_of(period, "start"), date_of(period, "end")
