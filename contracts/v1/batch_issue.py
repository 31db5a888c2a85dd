"""`batch.issue`: a verified report becomes units, numbered from 0, the buffer first.

Two officers sign, an issuer and a supervisor, on the entry of the verifier's attestation. Gross
is at most what was verified. The buffer takes the first numbers and is rounded up, in the
buffer's favour; the rest goes to the project's holder.

Source: Measures art. 21 and 22 (issued equals verified); pooled buffer after VCS AFOLU NPRT;
the minimum by ecosystem is the programme's own.

Example:
    948,500 kg gross, forest, 150 ‰: the buffer is ⌈142,275⌉ = 142,275 kg, units [0, 142275) go
    to buffer/forest and [142275, 948500) to the holder, 806,225 kg.
"""

from dataclasses import dataclass
from typing import Final

from contracts.authority import Need, officer
from contracts.books import Books
from contracts.form import ID, Form
from contracts.lookup import (
    date_of,
    integer_of,
    list_of,
    object_of,
    text_of,
    texts_of,
)
from contracts.lookup import parcel as find_parcel
from contracts.lookup import project as find_project
from contracts.lookup import report as find_report
from contracts.orders import Order
from contracts.refusal import RefusalCode, Refused
from contracts.rule import Rule
from contracts.v1.programme import BUFFER_PERMILLE_MIN, POOLS
from contracts.values import (
    ISSUE,
    Json,
    Moment,
    Movement,
    Outcome,
    Row,
    Value,
    account_place,
    buffer_place,
)

RUN_MAX: Final = 99
GROSS_KG_MAX: Final = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchIssuance:
    """The body: which report, which run of its project, how much, how large a buffer."""

    report: str
    run: int
    attestation_seq: int
    gross_kg: int
    buffer_permille: int


def read(form: Form) -> BatchIssuance:
    """Read the body."""
    body = BatchIssuance(
        report=form.text("report", ID),
        run=form.integer("run", low=1, high=RUN_MAX),
        attestation_seq=form.integer("attestation_seq"),
        gross_kg=form.integer("gross_kg", low=1, high=GROSS_KG_MAX),
        buffer_permille=form.integer("buffer_permille", high=1000),
    )
    form.done()
    return body


def needs(books: Books, order: Order, body: BatchIssuance) -> tuple[Need, ...]:
    """An issuer and a supervisor sign: two persons."""
    del books, body
    if order.actor != "registrar":
        raise Refused(RefusalCode.ACTOR_WRONG, actor=order.actor, kind=order.kind)
    return (officer("issuer"), officer("supervisor"))


def decide(books: Books, order: Order, body: BatchIssuance, moment: Moment) -> Outcome:
    """Issue the batch.

    Raises:
        Refused: `REPORT_UNKNOWN`, `REPORT_NOT_VERIFIED` (or by another entry), `RUN_WRONG`;
            `MORE_THAN_VERIFIED`, `BUFFER_TOO_SMALL`; `TRACK_NOT_ISSUABLE`, `PARCEL_LOCKED`.
    """
    del order
    report = find_report(books, body.report)
    if report["verification"] is None:
        raise Refused(RefusalCode.REPORT_NOT_VERIFIED, report=body.report)
    verification = object_of(report, "verification")
    if verification["seq"] != body.attestation_seq:
        raise Refused(RefusalCode.REPORT_NOT_VERIFIED, attestation_seq=verification["seq"])
    number = text_of(report, "project")
    project = find_project(books, number)
    if body.run != integer_of(project, "runs") + 1:
        raise Refused(RefusalCode.RUN_WRONG, run=integer_of(project, "runs") + 1)
    left_kg = integer_of(verification, "verified_kg") - integer_of(report, "issued_kg")
    if body.gross_kg > left_kg:
        raise Refused(RefusalCode.MORE_THAN_VERIFIED, gross_kg=body.gross_kg, verified_kg=left_kg)
    ecosystem = text_of(project, "ecosystem")
    if body.buffer_permille < BUFFER_PERMILLE_MIN[ecosystem]:
        raise Refused(
            RefusalCode.BUFFER_TOO_SMALL, buffer_permille_min=BUFFER_PERMILLE_MIN[ecosystem]
        )
    if project["track"] != "LOCAL":
        raise Refused(RefusalCode.TRACK_NOT_ISSUABLE, track=project["track"])
    parcel_rows = _issued_parcels(books, project)
    batch = batch_id(project, report, number, body.run)
    batches = [*list_of(project, "batches"), batch]
    issued = {**_issued(project, body), "batches": batches, "runs": body.run}
    rows = (
        Row(f"batch/{batch}", _batch_row(project, report, body, moment)),
        *parcel_rows,
        Row(f"project/{number}", issued),
        Row(f"report/{body.report}", {**_issued(report, body), "run": body.run}),
    )
    movements = _movements(batch, project, body)
    return Outcome(movements=movements, rows=tuple(sorted(rows, key=lambda row: row.key)))


def _issued(row: Value, body: BatchIssuance) -> dict[str, Json]:
    return {**row, "issued_kg": integer_of(row, "issued_kg") + body.gross_kg}


def _movements(batch: str, project: Value, body: BatchIssuance) -> tuple[Movement, ...]:
    buffer = buffer_kg(body.gross_kg, body.buffer_permille)
    pool = buffer_place(POOLS[text_of(project, "ecosystem")])
    holder = account_place(text_of(project, "account"))
    moves = (
        Movement(batch, 0, buffer, ISSUE, pool),
        Movement(batch, buffer, body.gross_kg, ISSUE, holder),
    )
    return tuple(move for move in moves if move.first < move.end)


def buffer_kg(gross_kg: int, permille: int) -> int:
    """Return what an issuance owes to the pooled buffer, rounded up to the kilogram.

    Example:
        buffer_kg(1001, 150) == 151
    """
    return -(-gross_kg * permille // 1000)


def batch_id(project: Value, report: Value, number: str, run: int) -> str:
    """Return the batch's id: BT-<F|G|W>-<project>-<start>-<end>-<run>."""
    period = object_of(report, "period")
    start, end = date_of(period, "start"), date_of(period, "end")
    days = f"{start:%Y%m%d}-{end:%Y%m%d}"
    return f"BT-{text_of(project, 'ecosystem')}-{number}-{days}-{run:02d}"


def _issued_parcels(books: Books, project: Value) -> tuple[Row, ...]:
    rows = []
    for name in texts_of(project, "parcels"):
        parcel = find_parcel(books, name)
        # The project stays LOCAL when a parcel leaves for another track; the parcel decides.
        if parcel["track"] != "LOCAL":
            raise Refused(RefusalCode.TRACK_NOT_ISSUABLE, parcel=name, track=parcel["track"])
        if list_of(parcel, "locks"):
            raise Refused(RefusalCode.PARCEL_LOCKED, parcel=name, locks=list_of(parcel, "locks"))
        if parcel["local_issued"] is not True:
            rows.append(Row(f"parcel/{name}", {**parcel, "local_issued": True}))
    return tuple(rows)


def _batch_row(
    project: Value, report: Value, body: BatchIssuance, moment: Moment
) -> dict[str, Json]:
    buffer = buffer_kg(body.gross_kg, body.buffer_permille)
    return {
        "affiliated": project["affiliated"],
        "buffer_kg": buffer,
        "buffer_permille": body.buffer_permille,
        "counties": project["counties"],
        "ecosystem": project["ecosystem"],
        "gross_kg": body.gross_kg,
        "issued_at_us": moment.at_us,
        "issued_seq": moment.seq,
        "methodology": project["methodology"],
        "name": project["name"],
        "owner": project["owner"],
        "period": report["period"],
        "pool": POOLS[text_of(project, "ecosystem")],
        "project": report["project"],
        "report": body.report,
        "tradable_kg": body.gross_kg - buffer,
        "validator": object_of(project, "validation")["body"],
        "verifier": object_of(report, "verification")["body"],
    }


RULE: Final = Rule(kind="batch.issue", read=read, needs=needs, decide=decide)
