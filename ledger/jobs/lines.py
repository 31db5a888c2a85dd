"""Uploads: signed orders by the thousand, kept line by line until each is answered.

An upload is named by its content, so the same file handed in twice is one upload. Its lines and
the job that submits them are stored in one transaction: neither is ever there without the other.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from ledger.database.side_tables import side_line
from ledger.jobs.queue import Queue
from ledger.jobs.task import Given, Task

_LINE: Final = side_line.c
_ROWS: Final = 1_000


def name_of(lines: Sequence[bytes]) -> str:
    """Return the name of an upload: it follows from the lines."""
    return sha256(b"\n".join(lines)).hexdigest()[:32]


def keep(queue: Queue, task: Task[Given], arguments: Given, lines: Sequence[bytes]) -> int:
    """Store an upload and make its job, or neither; return the job's number."""
    upload = name_of(lines)
    with queue.writer.begin() as connection:
        known = connection.execute(_count(upload)).scalar_one()
        if not known:
            for first in range(0, len(lines), _ROWS):
                rows = [
                    {"upload": upload, "position": position, "envelope": line, "answer": ""}
                    for position, line in enumerate(lines[first : first + _ROWS], first)
                ]
                connection.execute(insert(side_line), rows)
        return queue.defer(connection, task, arguments)


def _count(upload: str) -> Any:
    return select(func.count()).select_from(side_line).where(_LINE.upload == upload)


def counts(engine: Engine, upload: str) -> tuple[int, int]:
    """Return how many lines of an upload are answered, and how many there are."""
    with engine.connect() as connection:
        total = connection.execute(_count(upload)).scalar_one()
        waiting = connection.execute(_count(upload).where(_LINE.answer == "")).scalar_one()
    return total - waiting, total


def waiting(engine: Engine, upload: str, limit: int) -> list[tuple[int, bytes]]:
    """Return the next lines without an answer, with their positions."""
    asked = (
        select(_LINE.position, _LINE.envelope)
        .where(_LINE.upload == upload, _LINE.answer == "")
        .order_by(_LINE.position)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [(row.position, row.envelope) for row in connection.execute(asked)]


def answer(engine: Engine, upload: str, answers: Mapping[int, str]) -> None:
    """Store answers; the orders themselves, and the private records in them, are then let go."""
    with engine.begin() as connection:
        for position, text in answers.items():
            line = (_LINE.upload == upload) & (_LINE.position == position)
            connection.execute(update(side_line).where(line).values(answer=text, envelope=b""))


def answers(engine: Engine, upload: str) -> list[Row[Any]]:
    """Return positions and answers of an upload's answered lines."""
    asked = select(_LINE.position, _LINE.answer).where(_LINE.upload == upload, _LINE.answer != "")
    with engine.connect() as connection:
        return list(connection.execute(asked.order_by(_LINE.position)))


def forget_answers(queue: Queue, kept: set[str]) -> None:
    """Remove the answers of all uploads but some, page by page: orders wait for none of them."""
    with queue.reader.connect() as connection:
        ends = (
            select(_LINE.upload, func.max(_LINE.position))
            .where(_LINE.answer != "", _LINE.upload.not_in(kept))
            .group_by(_LINE.upload)
        )
        found = connection.execute(ends).all()
    for upload, last in found:
        for first in range(0, last + 1, _ROWS):
            page = (_LINE.upload == upload) & _LINE.position.between(first, first + _ROWS - 1)
            with queue.writer.begin() as connection:
                connection.execute(delete(side_line).where(page, _LINE.answer != ""))
