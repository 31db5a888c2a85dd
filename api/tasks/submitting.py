"""The job that submits an upload of signed orders: bulk retirements above all.

At least once, and each order's effect once: an order that was recorded before is answered with its
entry, by its nonce. So nothing is remembered between submitting a page and storing its answers.
"""

import json
from collections.abc import Sequence
from typing import Final

from pydantic import Field

from contracts.check_digits import encode_id
from contracts.refusal import RefusalCode, Refused
from ledger.clock import clock_us
from ledger.database.outcome import OutcomeUnknownError
from ledger.intake.envelope import SignedOrder, read_envelope
from ledger.jobs import lines
from ledger.jobs.queue import Queue
from ledger.jobs.task import Arguments, JobError, Task, Work
from ledger.log.entry import Entry
from ledger.registry import Registry
from ledger.store import HeadMovedError
from ledger.submit import ClockError

PAGE: Final = 200
LINES_MAX: Final = 1_000_000


class SubmitArguments(Arguments):
    """Which upload, and whether a person has confirmed the clock of a ledger long quiet."""

    upload: str = Field(pattern=r"^[0-9a-f]{32}$")
    clock_confirmed: bool = False


def submit_upload(work: Work, arguments: SubmitArguments) -> str:
    """Submit what has no answer yet, page by page, in order."""
    registry, upload = work.registry, arguments.upload
    while page := lines.waiting(registry.reader, upload, PAGE):
        work.check()
        told = _answers(registry, page, confirmed=arguments.clock_confirmed)
        answers = {position: text for (position, _), text in zip(page, told, strict=True)}
        # If we crash here, the next try submits these again and is told the same entries.
        lines.answer(registry.writer, upload, answers)
        work.tell(*lines.counts(registry.reader, upload))
    refused = sum(
        "code" in json.loads(row.answer) for row in lines.answers(registry.reader, upload)
    )
    return f"{refused} orders were refused" if refused else ""


def _answers(
    registry: Registry, page: Sequence[tuple[int, bytes]], *, confirmed: bool
) -> list[str]:
    read: list[SignedOrder | Refused] = []
    for _, envelope in page:
        try:
            read.append(read_envelope(envelope))
        except Refused as refused:
            read.append(refused)
    orders = [one for one in read if isinstance(one, SignedOrder)]
    try:
        entries = registry.submit(orders, now_us=clock_us(), clock_confirmed=confirmed)
    except (ClockError, HeadMovedError, OutcomeUnknownError) as error:
        raise JobError(str(error)) from error
    decided = iter(entries)
    return [_told(one if isinstance(one, Refused) else next(decided)) for one in read]


def _told(answer: Entry | Refused) -> str:
    if isinstance(answer, Refused):
        if answer.code is RefusalCode.LEDGER_READ_ONLY:
            raise JobError(str(answer.facts.get("reason", "the ledger is read-only")))
        return json.dumps({"code": answer.code.value, "name": answer.code.name})
    return json.dumps({"id": encode_id(answer.seq), "seq": answer.seq})


SUBMIT: Final = Task(
    name="submit",
    arguments=SubmitArguments,
    function=submit_upload,
    key=lambda arguments: arguments.upload,
    limit_s=24 * 3_600.0,
)


def hand_in(queue: Queue, content: bytes, *, clock_confirmed: bool = False) -> int:
    """Keep an upload, one envelope a line, and make its job; return its number.

    Raises:
        ValueError: no line, or too many.
    """
    found = [line for line in content.split(b"\n") if line.strip()]
    if not 0 < len(found) <= LINES_MAX:
        raise ValueError(f"an upload has one to {LINES_MAX:,} lines, one signed order each")
    given = SubmitArguments(upload=lines.name_of(found), clock_confirmed=clock_confirmed)
    return lines.keep(queue, SUBMIT, given, found)
