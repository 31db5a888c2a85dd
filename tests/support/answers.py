"""What a registry answers to a fixed list of questions: none of it may silently change.

Names of values that are stored as such are those that an audit gives them: "view_row acct/…",
"entry 17", "side_org …", "blob public/…".
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from ledger import store, vault
from ledger.blobs import Access, read_blob, stored_blobs
from ledger.books.projection import StoredBooks
from ledger.database.engine import open_reader
from ledger.database.side_tables import side_org, side_person
from ledger.database.tables import log_entry, view_block
from ledger.history import History
from ledger.land import spatial
from ledger.land.geometry import read_record
from ledger.log.merkle import inclusion_path
from ledger.settings import Settings

Question = Callable[[Connection], object]
UNITS_END = 10**9
_COMPILED: dict[Any, Any] = {}


def questions(settings: Settings) -> dict[str, Question]:
    """Return every question that makes sense for a registry, by name."""
    engine = open_reader(settings)
    with engine.connect() as connection:
        asked = dict(_questions(connection, settings))
    engine.dispose()
    return asked


def answers(settings: Settings, asked: dict[str, Question]) -> dict[str, str]:
    """Answer every question; an error is an answer too, and never the right one."""
    found = {}
    engine = open_reader(settings)
    try:
        # Compiled statements are kept over engines: hundreds of flips ask the same questions.
        with engine.connect().execution_options(compiled_cache=_COMPILED) as connection:
            for name, question in asked.items():
                try:
                    found[name] = repr(question(connection))
                except Exception as error:
                    found[name] = f"ERROR {type(error).__name__}"
    except Exception as error:
        return dict.fromkeys(asked, f"ERROR {type(error).__name__}")
    finally:
        engine.dispose()
    return found


def _questions(connection: Connection, settings: Settings) -> Iterator[tuple[str, Question]]:
    books = StoredBooks.inside(connection)
    keys = [key for key, _ in books.rows_under("!") + _all_rows(books)]
    for key in keys:
        yield f"view_row {key}", lambda c, key=key: StoredBooks.inside(c).row(key)
    for prefix in sorted({key.partition("/")[0] for key in keys}):
        yield f"rows {prefix}", lambda c, p=prefix: StoredBooks.inside(c).rows_under(f"{p}/")
    yield "supply", lambda c: StoredBooks.inside(c).supply()
    yield from _unit_questions(connection)
    yield from _log_questions(connection)
    yield from _private_questions(connection)
    yield from _blob_questions(settings.blobs)


def _all_rows(books: StoredBooks) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for first in "abcdefghijklmnopqrstuvwxyz":
        found.extend(books.rows_under(first))
    return found


def _unit_questions(connection: Connection) -> Iterator[tuple[str, Question]]:
    blocks = connection.execute(select(view_block)).all()
    for batch in {block.batch for block in blocks}:
        yield f"supply {batch}", lambda c, b=batch: StoredBooks.inside(c).supply(b)
        yield f"life {batch}", lambda c, b=batch: _history(c).of_units(b, 0, UNITS_END)
        yield f"blocks {batch}", lambda c, b=batch: StoredBooks.inside(c).blocks(b, 0, UNITS_END)
    for place in {block.place for block in blocks}:
        yield f"place {place}", lambda c, p=place: list(StoredBooks.inside(c).in_place(p))
        yield f"moves {place}", lambda c, p=place: _history(c).of_place(p)
    for block in blocks:
        key = (block.batch, block.first, block.first + 1)
        yield f"block {key}", lambda c, k=key: StoredBooks.inside(c).blocks(*k)


def _history(connection: Connection) -> History:
    return History(connect=StoredBooks.inside(connection).connect)


def _log_questions(connection: Connection) -> Iterator[tuple[str, Question]]:
    size = store.read_head(connection).size
    yield "head", store.read_head
    yield "root", lambda c: store.root_at(c, size)
    nonces = connection.execute(select(log_entry.c.seq, log_entry.c.nonce)).all()
    for seq, nonce in nonces:
        yield f"entry {seq}", _selecting(log_entry.c.content, log_entry.c.seq == seq)
        yield f"columns {seq}", _selecting(log_entry, log_entry.c.seq == seq)
        yield f"nonce {nonce}", _selecting(log_entry, log_entry.c.nonce == nonce)
        yield f"moved {seq}", lambda c, s=seq: _history(c).of_entry(s)
        if seq % 16 == 0:
            yield f"proof {seq}", lambda c, s=seq: inclusion_path(s, size, _subtrees(c))


def _selecting(what: Any, where: ColumnElement[bool]) -> Question:
    statement = select(what).where(where)
    return lambda connection: connection.execute(statement).all()


def _subtrees(connection: Connection) -> Callable[[int, int], bytes]:
    return lambda level, index: store.subtree(connection, level, index)


def _private_questions(connection: Connection) -> Iterator[tuple[str, Question]]:
    for org, uscc in connection.execute(select(side_org.c.org, side_org.c.uscc)).all():
        yield f"side_org {org}", lambda c, o=org: vault.org_opening(c, o)
        yield f"uscc {uscc}", lambda c, u=uscc: vault.org_of_uscc(c, u)
    for person in connection.execute(select(side_person.c.person)).scalars().all():
        yield f"side_person {person}", lambda c, p=person: vault.person_opening(c, p)
    for parcel, record in connection.execute(
        select(spatial.polygons.c.parcel, spatial.polygons.c.record)
    ).all():
        geometry = read_record(record)
        yield f"side_polygon {parcel}", lambda c, p=parcel: vault.polygon_opening(c, p)
        yield f"neighbours {parcel}", lambda c, g=geometry: spatial.neighbours(c, g)


def _blob_questions(folder: Path) -> Iterator[tuple[str, Question]]:
    for access, path in stored_blobs(folder):
        question = _blob_question(folder, path.name, access)
        yield f"blob {access}/{path.name}", question


def _blob_question(folder: Path, digest: str, access: Access) -> Question:
    return lambda _connection: read_blob(folder, digest, access)
