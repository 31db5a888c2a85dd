"""Pages of rows: a keyset cursor, and where the next page is."""

from urllib.parse import quote

from fastapi import Response

from contracts.values import Json
from ledger.books.projection import StoredBooks


def page_of_rows(
    books: StoredBooks, prefix: str, cursor: str, limit: int, response: Response
) -> list[dict[str, Json]]:
    """Return one page of the rows under a prefix, each with its id.

    The cursor is the last id of the page before. When a further page may follow, the answer
    carries a Link header with rel=next (RFC 8288).
    """
    after = f"{prefix}{cursor}" if cursor else ""
    rows = books.rows_under(prefix, after=after, limit=limit)
    if len(rows) == limit:
        last = rows[-1][0].removeprefix(prefix)
        response.headers["Link"] = f'<?cursor={quote(last)}&limit={limit}>; rel="next"'
    return [{"id": key.removeprefix(prefix), **value} for key, value in rows]
